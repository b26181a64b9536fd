"""Functions of the application that are called around the fork, named as the application is: "module:function"."""

from . import application


def load(name, target):
    """The function; raises LoadError, which names the setting `name`."""
    try:
        return application.load(target)
    except application.LoadError as error:
        raise application.LoadError("%s: %s" % (name, error)) from error.__cause__


def call(name, function):
    """Raises LoadError if it fails."""
    try:
        function()
    except BaseException as error:  # SystemExit too: it must say so in the log.
        raise application.LoadError("%s failed: %s: %s. The traceback is above." % (name, type(error).__name__, error)) from error
