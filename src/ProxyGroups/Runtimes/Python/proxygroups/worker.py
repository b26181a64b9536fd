"""The life of a worker process: settings, socket, application, ready, drain, exit.

    start        READY=1 once the application is imported (of several: see imports.py) and the socket listens
    X_PROXYGROUPS_LOADED=, _OTHERS=, _CODE=, _MODULES=  after some requests, where the front door asks for it: see library.py
    WATCHDOG=1   from then on, as long as Python code can run, where the front door asks for it
    SIGTERM      (or SIGINT) STOPPING=1, no new connection, requests in flight end, exit 0; the second one exits at once
    SIGQUIT      the stacks of all threads to stderr
    exit codes   0 drained, 2 wrong settings or socket, 3 no application can be loaded, 128 + n second signal n

There is no deadline here: whatever takes too long is ended from outside.
"""

import os
import sys

from . import application, environ, log, settings, stacks
from .file_wrapper import FileWrapper
from .heartbeat import Heartbeat
from .listener import Listener
from .notify import Notifier
from .server import Server
from .signals import Signals

EXIT_DRAINED = 0
EXIT_SETTINGS = 2
EXIT_APPLICATION = 3
"""The application could not be loaded; the last line on stderr says why and what to do."""


def main(environment, imported=None):
    """Runs the worker; returns an exit code if it cannot start, and does not return otherwise. `imported`: the application, if it is."""
    log.prepare_streams()
    stacks.install()
    sys.argv = ["proxygroups"]  # An application that reads arguments when imported must not find ours.
    try:
        given = settings.take(environment)
        listener = Listener(given)
    except (settings.SettingsError, OSError) as error:
        log.line("cannot start: %s" % error)
        return EXIT_SETTINGS
    try:
        callable_ = _load(given) if imported is None else imported
    except application.LoadError as error:
        application.report(error)
        listener.remove()
        _leave(EXIT_APPLICATION)
    _serve(given, listener, callable_)


def _load(given):
    if given.app:
        return application.load(given.app)
    from . import imports  # Most workers have one application, and pay for no more.

    return imports.load(given)


def _serve(given, listener, callable_):
    signals = Signals()
    notifier = Notifier(given.notify)
    base = environ.base_environ(given, sys.stderr, FileWrapper)
    server = Server(listener, given.threads, callable_, base, signals.wake, given.report_after)
    listener.listen()
    server.start()
    heartbeat = None if given.watchdog is None else Heartbeat(notifier, given.watchdog)
    notifier.ready()
    if heartbeat is not None:
        heartbeat.begin()
    while not signals.is_stop_asked:
        signals.wait()
        if server.is_report_due:
            server.is_report_due = False
            _report(notifier)
    notifier.stopping()
    server.drain()
    while not server.is_finished():
        signals.wait()
    listener.remove()
    _leave(EXIT_DRAINED)


def _report(notifier):
    """Here, in the main thread: no request waits for it."""
    from . import library

    try:
        notifier.modules(*library.loaded())
    except Exception:
        log.exception("the modules that are loaded cannot be told")


def _leave(code):
    """Runs exit hooks and ends the process: neither a thread of the application nor the interpreter's teardown, which
    writes to almost all memory that forked workers share, can hold it back."""
    import atexit

    try:
        atexit._run_exitfuncs()
    except BaseException:
        log.exception("an exit hook failed")
    log.flush_streams()
    os._exit(code)
