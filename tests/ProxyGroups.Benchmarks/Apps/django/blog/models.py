import html
from html.parser import HTMLParser

import yaml
from django.contrib.auth import get_user_model
from django.db import models
from django.urls import reverse
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name


class Tag(models.Model):
    name = models.SlugField(unique=True)

    def __str__(self):
        return self.name


class PostQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published__isnull=False)


class Post(models.Model):
    author = models.ForeignKey(get_user_model(), on_delete=models.CASCADE)
    tags = models.ManyToManyField(Tag, related_name="posts")
    title = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    source = models.TextField(help_text="YAML between lines of ---, then paragraphs; those that begin with four spaces are code")
    published = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-published"]

    def get_absolute_url(self):
        return reverse("post", args=[self.slug])

    @property
    def front(self):
        return yaml.safe_load(self.source.split("---")[1])

    @property
    def html(self):
        pieces = self.source.split("---", 2)[2].strip().split("\n\n")
        lexer = get_lexer_by_name(self.front.get("language", "python"))
        return "\n".join(highlight(piece, lexer, HtmlFormatter()) if piece.startswith("    ") else "<p>%s</p>" % html.escape(piece) for piece in pieces)


class Comment(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    name = models.CharField(max_length=80)
    text = models.TextField()
    made = models.DateTimeField(auto_now_add=True)

    @property
    def plain(self):
        return _Words.of(self.text)


class _Words(HTMLParser):
    @classmethod
    def of(cls, text):
        parser = cls()
        parser.words = []
        parser.feed(text)
        return " ".join(parser.words)

    def handle_data(self, data):
        self.words.append(data)
