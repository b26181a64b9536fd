from .settings import *  # noqa: F403

GREETING = "LOUD SETTINGS"
