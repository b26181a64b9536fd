"""The process that the workers of one process group are forked from: has imported the application itself and asked it for the warm-up pages.

    start         started like a worker, or forked from the preloader of its application group (forked.py); then as preloader.py
    PROXYGROUPS_WARMUP  JSON list of pages: "/path", or "https://host/path" for an application that answers to its own name alone
    exit codes    those of preloader.py; 3: the application cannot be imported

It answers nobody: what it asks of the application goes nowhere, and the connections to databases that were opened for it are closed.
"""

import gc
import sys

from . import application, environ, forked, listener, log, preloader, settings, stacks, verdict, warmup
from .file_wrapper import FileWrapper
from .notify import Notifier
from .open_files import descriptors


def main(environment, held=None):
    """Runs it, and ends the process. `held`: descriptors that are no worker's; without them, all that are open."""
    preloader.leave(_run(environment, [number for number in descriptors() if number > 2] if held is None else held))


def _run(environment, held):
    gc.disable()
    log.prepare_streams()
    stacks.install()
    sys.argv = ["proxygroups"]
    variables = dict(environment)
    try:
        given = settings.take(environment)
        control = listener.bind_unix(given.socket)
    except (settings.SettingsError, OSError) as error:
        log.line("cannot start: %s" % error)
        return preloader.EXIT_SETTINGS
    notifier = Notifier(given.notify)
    from . import worker  # noqa: F401  Before the application: what it changes in the standard library concerns us as little as in a plain worker.

    looked = verdict.Verdict()
    log.line("importing %s" % given.app)
    try:
        callable_ = application.load(given.app)
    except application.LoadError as error:
        application.report(error)
        return preloader.EXIT_IMPORT
    if not _is_clean(looked, "importing %s" % given.app):
        return preloader.EXIT_UNSAFE
    base = environ.base_environ(given, sys.stderr, FileWrapper)
    for page in given.warmup:
        log.line("warming up %s" % page)
        warmup.ask(callable_, page, base)
        if not _is_clean(looked, "warming up %s" % page):
            return preloader.EXIT_UNSAFE
    preloader.serve(control, notifier, forked.Start(held, callable_, variables))
    return 0


def _is_clean(looked, what):
    warmup.drop_connections()
    fault = looked.find_fault()
    if fault:
        log.line("%s left %s" % (what, fault))
    return not fault
