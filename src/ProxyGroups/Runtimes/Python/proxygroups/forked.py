"""The first steps of a forked worker: what a plain one gets from its command line and its fresh interpreter.

An order says: "environment" (all of it), "directory", "umask" (or null), "nice", "limits", "mark", and "isForkParent" of a process that forks workers itself.
A worker of an application that is imported already has its place, and takes of the environment what differs. The order's four descriptors are standard output, standard error,
the lifeline (whatever holds it open is killed with the front door) and the gate: a byte on it says that lifeline and cgroup are set.
"""

import _locale
import ctypes  # Here, so that workers share it: each would import it for its mark.
import gc
import os
import resource
import signal
import sys
import time

from . import application, exclusion, hooks, library, log, memory, precedence, settings
from .open_files import descriptors

EXIT_FAILED = 70

_MARK = b"PROXYGROUPS_WORKER="


class Start:
    """How the interpreter is for a worker that starts: made before modules are imported, and after the application, which may have changed it.

    descriptors  those that no worker is to have
    application  the callable if it is imported already, or None
    variables    the environment that it was imported with
    after_fork   a function that each worker calls first, or None
    """

    def __init__(self, held=None, application=None, variables=None, after_fork=None):
        self.application, self.variables, self.after_fork = application, variables, after_fork
        self.signals = {number: signal.getsignal(number) for number in signal.valid_signals()}
        self.locale = _locale.setlocale(_locale.LC_ALL)
        self.umask = os.umask(0o022)
        os.umask(self.umask)
        self.descriptors = [number for number in descriptors() if number > 2] if held is None else held
        self.mark = _find_mark()


def run(order, received, connection, start, foreign):
    """In the child, which never leaves it. `foreign` are the preloader's own descriptors."""
    code = EXIT_FAILED
    try:
        output, errors, lifeline, gate = received
        _restore_signals(start.signals)
        os.setsid()
        for descriptor in foreign + start.descriptors:
            _close(descriptor)
        connection.sendall(b"pid %d\n" % os.getpid())
        if os.read(gate, 1) != b"g":
            os._exit(0)  # Nobody wants this worker any more.
        connection.close()
        os.close(gate)
        os.set_inheritable(lifeline, True)  # Whatever the application starts must die with the front door, too.
        _replace_streams(output, errors)
        _take_place(order, start)
        _reseed()
        if start.application is None:
            library.begin()
        gc.enable()
        code = _go_on(order, start, lifeline)
    except BaseException:
        log.exception("the forked worker cannot start")
    log.flush_streams()
    os._exit(code)


def _go_on(order, start, lifeline):
    if order.get("isForkParent"):
        before = memory.anonymous()
        from . import app_preloader, overhead

        overhead.note(memory.anonymous() - before)
        app_preloader.main(os.environ, [lifeline])
    from . import worker

    try:
        exclusion.end()
        if start.after_fork is not None:
            hooks.call("AfterFork", start.after_fork)
    except application.LoadError as error:
        application.report(error)
        return worker.EXIT_APPLICATION
    return worker.main(os.environ) if start.application is None else worker.main(dict(order["environment"]), start.application)


def _restore_signals(handlers):
    signal.set_wakeup_fd(-1)
    for number, handler in handlers.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _close(descriptor):
    try:
        os.close(descriptor)
    except OSError:
        pass  # An import has closed it already.


def _replace_streams(output, errors):
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (errors, 2)):
        os.dup2(source, target)
        os.close(source)


def _take_place(order, start):
    os.umask(start.umask if order["umask"] is None else order["umask"])
    os.nice(order["nice"])
    for number, soft, hard in order["limits"]:
        resource.setrlimit(number, (soft, hard))
    _write_mark(start.mark, order["mark"].encode())
    if start.application is not None:
        _differ(order["environment"], start.variables)
        return
    _locale.setlocale(_locale.LC_ALL, start.locale)
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    os.chdir(order["directory"])
    sys.path.insert(0, os.getcwd())
    precedence.give_way(os.getcwd())


def _differ(environment, variables):
    """The application may have set variables of its own when it was imported."""
    for name in [name for name in variables if name not in environment]:
        os.environ.pop(name, None)
    for name, value in environment.items():
        if name not in settings.OURS and variables.get(name) != value:
            os.environ[name] = value


def _reseed():
    """What siblings would share. `random` does it by itself after each fork, and so does OpenSSL."""
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


def _find_mark():
    """(address, size) of the mark's value in the memory that /proc/PID/environ shows, or None."""
    with open("/proc/self/environ", "rb") as file:
        content = file.read()
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    begin = 0 if content.startswith(_MARK) else content.find(b"\0" + _MARK) + 1
    if not content.startswith(_MARK, begin):
        return None
    begin += len(_MARK)
    # env_start is field 50 of proc(5); the fields here begin with the third.
    return int(fields[47]) + begin, content.index(b"\0", begin) - begin


def _write_mark(place, mark):
    """A process that leaves session and parents behind is found by this mark; it must be the worker's, not the preloader's."""
    if place is None or len(mark) > place[1]:
        return
    ctypes.memmove(place[0], mark.ljust(place[1], b"."), place[1])
