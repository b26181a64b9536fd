"""A Django page: ORM on SQLite, a template. `python django_page.py` makes the database beside this file."""

import os
import sys

import django
from django.conf import settings

HERE = os.path.dirname(os.path.abspath(__file__))
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(HERE, "notes.sqlite3")}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a benchmark",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [os.path.join(HERE, "templates")]}],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Note(models.Model):
    text = models.CharField(max_length=200)
    number = models.IntegerField()

    class Meta:
        app_label = "notes"


def page(request):
    return render(request, "page.html", {"title": "Twenty notes", "rows": Note.objects.order_by("-id")[:20]})


urlpatterns = [path("", page)]


def prepare():
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    Note.objects.bulk_create(Note(number=number, text="a note with <markup> & more") for number in range(100))


if __name__ == "__main__":
    sys.exit(prepare())

application = get_wsgi_application()
