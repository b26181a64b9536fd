"""seed.py NAME: makes the database of one of these apps (DATABASE) and puts something into it."""

import os
import sys
from importlib import import_module

name = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = name + ".settings"

import django
from django.core.management import call_command

django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)
import_module(name + ".rows").make()
