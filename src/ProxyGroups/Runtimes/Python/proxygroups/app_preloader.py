"""The process that the workers of one process group are forked from: has imported the application itself and asked it for the warm-up pages.

    start         started like a worker, or forked from the preloader of its application group (forked.py); then as preloader.py
    PROXYGROUPS_WARMUP  JSON list of pages: "/path", or "https://host/path" for an application that answers to its own name alone
    PROXYGROUPS_PRELOAD_EXCLUDE  modules that only workers run (exclusion.py), separated by spaces
    exit codes    those of preloader.py; 3: the application cannot be imported

It answers nobody: what it asks of the application goes nowhere, and the connections to databases that were opened for it are closed.
"""

import gc
import sys

from . import application, environ, exclusion, forked, hooks, library, listener, log, preloader, running, settings, stacks, verdict, warmup
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
    exclusion.keep_out(given.preload_exclude)
    try:
        callable_, after_fork = _prepare(given, verdict.Verdict())
    except application.LoadError as error:
        application.report(error)
        return preloader.needs_excluded("importing %s" % given.app) or preloader.EXIT_IMPORT
    except _Unsafe as fault:
        log.line(str(fault))
        return preloader.EXIT_UNSAFE
    code = preloader.needs_excluded("importing %s" % " or warming up ".join([given.app, *given.warmup]))
    if code is not None:
        return code
    if given.report_after:
        library.remember()
    preloader.serve(control, notifier, forked.Start(held, callable_, variables, after_fork))
    return 0


class _Unsafe(Exception):
    """The process must not be forked; the text says what left what."""


def _prepare(given, looked):
    """Imports, warms up, and looks at the process after each step, or once where the application has a step of its own before that."""
    judge = _judge if given.before_fork is None else lambda looked, what: None
    log.line("importing %s" % given.app)
    callable_ = application.load(given.app)
    judge(looked, "importing %s" % given.app)
    if given.warmup:
        before = running.begun()
        _warm_up(given, callable_, lambda page: judge(looked, "warming up %s" % page))
        running.lay_run(before)
    after_fork = given.after_fork and hooks.load("AfterFork", given.after_fork)
    if given.before_fork is not None:
        hooks.call("BeforeFork", hooks.load("BeforeFork", given.before_fork))
        _judge(looked, "importing %s and calling BeforeFork" % given.app)
    return callable_, after_fork


def _warm_up(given, callable_, look):
    base = environ.base_environ(given, sys.stderr, FileWrapper)
    for page in given.warmup:
        log.line("warming up %s" % page)
        warmup.ask(callable_, page, base)
        look(page)


def _judge(looked, what):
    warmup.drop_connections()
    fault = looked.find_fault()
    if fault:
        raise _Unsafe("%s left %s" % (what, fault))
