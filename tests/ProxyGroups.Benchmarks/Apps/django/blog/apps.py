from django.apps import AppConfig


class Config(AppConfig):
    name = "blog"
    default_auto_field = "django.db.models.BigAutoField"
