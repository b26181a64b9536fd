import os

SECRET_KEY = "only for measurements"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "api.urls"
WSGI_APPLICATION = "api.wsgi.application"
USE_TZ = True
APPEND_SLASH = False
INSTALLED_APPS = ["api.apps.Config"]
MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", "django.middleware.common.CommonMiddleware", "api.tokens.Middleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}}
