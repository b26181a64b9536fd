from django.contrib.sitemaps import GenericSitemap
from django.contrib.sitemaps.views import sitemap
from django.urls import path

from . import views
from .models import Post

urlpatterns = [
    path("", views.posts),
    path("post/<slug:slug>/", views.post, name="post"),
    path("feed.xml", views.Latest()),
    path("sitemap.xml", sitemap, {"sitemaps": {"posts": GenericSitemap({"queryset": Post.objects.published(), "date_field": "published"})}}),
]
