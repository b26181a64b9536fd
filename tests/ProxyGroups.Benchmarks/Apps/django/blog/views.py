import difflib

from dateutil.parser import parse
from dateutil.relativedelta import relativedelta
from django.contrib.syndication.views import Feed
from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from .models import Post, Tag


def posts(request):
    since = parse(request.GET["since"]) if "since" in request.GET else timezone.now() - relativedelta(years=1)
    page = Paginator(Post.objects.published().filter(published__gte=since).select_related("author").prefetch_related("tags"), 10).get_page(request.GET.get("page"))
    tags = cache.get_or_set("tags", lambda: list(Tag.objects.values_list("name", flat=True)), 60)
    return render(request, "posts.html", {"page": page, "tags": tags})


def post(request, slug):
    found = get_object_or_404(Post.objects.published(), slug=slug)
    titles = list(Post.objects.values_list("title", flat=True))
    return render(request, "post.html", {"post": found, "comments": found.comments.all(), "alike": difflib.get_close_matches(found.title, titles, 3)})


class Latest(Feed):
    title, link, description, feed_type = "Blog", "/", "What is new", Atom1Feed

    def items(self):
        return Post.objects.published()[:10]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.html
