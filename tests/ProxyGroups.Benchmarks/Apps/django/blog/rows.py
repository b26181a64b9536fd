from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from .models import Comment, Post, Tag

_SOURCE = "---\nlanguage: python\nmood: good\n---\nA paragraph about it.\n\n    def answer():\n        return 42\n\nAnd another one."


def make():
    author = get_user_model().objects.create(username="author")
    tags = [Tag.objects.create(name="tag-%d" % number) for number in range(10)]
    for number in range(60):
        post = Post.objects.create(author=author, title="Post %d" % number, slug="post-%d" % number, source=_SOURCE, published=timezone.now() - timedelta(days=number))
        post.tags.set(tags[number % 10:number % 10 + 2])
        Comment.objects.create(post=post, name="Reader", text="I <b>like</b> it.")
