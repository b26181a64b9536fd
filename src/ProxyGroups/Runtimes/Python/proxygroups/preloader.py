"""The process that workers are forked from: imports the modules of an application group once, and serves no request.

    start         imports PROXYGROUPS_PRELOAD (names, separated by spaces) one after the other, with a look at the process
                  after each (verdict.py), but leaves PROXYGROUPS_PRELOAD_EXCLUDE to the workers (exclusion.py); READY=1 once
                  it may be forked and listens on PROXYGROUPS_SOCKET. PROXYGROUPS_LEARNED comes after that (learned.py), and PROXYGROUPS_LEARNED_CODE of it is laid together (running.py)
    a connection  asks for one worker: JSON and four descriptors come in (forked.py), one line goes out at once:
                  "pid N", "stale PATH" (the code on disk is another one by now), "unsafe WHAT" (began after the imports) or
                  "refused REASON"; "exit CODE" when it ended
    SIGTERM       forks no more, and ends when its last worker has ended
    exit codes    0 ended as asked, 2 wrong settings or socket, 3 a module cannot be imported, 4 forking would not be safe,
                  5 what was to be left out is needed before the fork

One thread, and no state that grows: what it holds is in every worker.
"""

import gc
import json
import os
import select
import signal
import socket
import sys

from . import application, exclusion, forked, free_chunks, learned, library, listener, log, overhead, running, verdict
from .code_stamps import CodeStamps
from .notify import Notifier

EXIT_SETTINGS = 2
EXIT_IMPORT = 3
EXIT_UNSAFE = 4
EXIT_EXCLUDED = 5

_OURS = ("PROXYGROUPS_SOCKET", "PROXYGROUPS_PRELOAD", "PROXYGROUPS_PRELOAD_EXCLUDE", "PROXYGROUPS_LEARNED", "PROXYGROUPS_LEARNED_CODE", "PROXYGROUPS_OTHERS", "PROXYGROUPS_MOST_MEMORY", "NOTIFY_SOCKET")

_ORDER_SECONDS = 10
"""The front door sends an order at once; one that stops in the middle must not keep the others waiting."""

_BACKLOG = 128
_DESCRIPTORS = 4


def main(environment):
    """Runs the preloader, and ends the process: exit hooks are the workers' affair, and a thread of an import must not hold it back."""
    leave(_run(environment))


def leave(code):
    log.flush_streams()
    os._exit(code)


def _run(environment):
    gc.disable()  # A collection writes to the header of every object, and so copies the pages that workers are to share.
    start = forked.Start()
    log.prepare_streams()
    sys.argv = ["proxygroups"]
    given = take(environment)
    notifier = Notifier(given.get("NOTIFY_SOCKET"))
    try:
        control = listener.bind_unix(given["PROXYGROUPS_SOCKET"])
    except OSError as error:
        log.line("cannot start: %s" % error)
        return EXIT_SETTINGS
    exclusion.keep_out(given.get("PROXYGROUPS_PRELOAD_EXCLUDE", "").split())
    looked = verdict.Verdict()
    code = import_named(given.get("PROXYGROUPS_PRELOAD", "").split(), looked)
    if code is not None:
        return code
    laying = running.Laying(given.get("PROXYGROUPS_LEARNED_CODE", "").split())
    failure = learned.import_all(learned.names(given), looked, laying.after_import)
    if failure:
        log.line("%s. It went well when it was tried: this process starts again without all that was learned" % failure)
        learned.start_again_without(given, start.descriptors)
    library.forget_other_folders()
    laying.lay()
    gc.unfreeze()  # What was laid is frozen.
    library.note_code()
    free_chunks.give_back()
    serve(control, notifier, start)
    return 0


def take(environment):
    """All variables. Of ours none is left in the environment: no module is to speak in our name."""
    given = dict(environment)
    for name in _OURS:
        environment.pop(name, None)
    return given


def serve(control, notifier, start):
    """Says that it is ready, and forks until it is asked to end."""
    gc.collect()
    fill_streams()  # An import may have closed them; whatever is opened next would take their place, and be lost in each worker.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    stamps = CodeStamps(sys.modules)
    overhead.note(stamps.size)
    preloader = Preloader(control, start, stamps)
    overhead.take_rest()
    control.listen(_BACKLOG)
    notifier.ready(overhead.total())
    notifier.close()
    preloader.run()


def import_named(names, looked):
    for name in names:
        log.line("importing %s" % name)
        try:
            __import__(name)
        except BaseException as error:  # SystemExit too: a module that ends the process must say so in the log.
            failure = application.LoadError("%s cannot be imported: %s: %s" % (name, type(error).__name__, error))
            failure.__cause__ = error
            application.report(failure)
            return needs_excluded("importing %s" % name) or EXIT_IMPORT
        fault = looked.find_fault()
        if fault:
            log.line("importing %s left %s" % (name, fault))
            return EXIT_UNSAFE
        code = needs_excluded("importing %s" % name)
        if code is not None:
            return code
    return None


def needs_excluded(what):
    """The exit code if `what` has asked for the content of a module that is left out, else None."""
    used = exclusion.find_used()
    if used is None:
        return None
    log.line("%s uses %s at once, which PreloadExclude leaves out" % (what, used))
    return EXIT_EXCLUDED


class Preloader:
    """The loop: orders in, workers out, exits reported."""

    def __init__(self, control, start, stamps):
        self._control = control
        self._start = start
        self._stamps = stamps
        self._workers = {}
        self._is_retiring = False
        self._wake, write_end = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(write_end, False)
        self._own = [control.fileno(), self._wake, write_end]
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._retire)
        self._poller = select.poll()
        self._poller.register(self._wake, select.POLLIN)
        self._poller.register(control, select.POLLIN)

    def run(self):
        while self._workers or not self._is_retiring:
            ready = [descriptor for descriptor, _ in self._poller.poll()]
            if self._wake in ready:
                _drain(self._wake)
            self._reap()
            if self._is_retiring:
                self._close()
            elif self._control.fileno() in ready:
                self._take(self._control.accept()[0])

    def _retire(self, number, frame):
        self._is_retiring = True

    def _close(self):
        if self._control.fileno() >= 0:
            self._poller.unregister(self._control)
            self._control.close()

    def _take(self, connection):
        descriptors = []
        try:
            connection.settimeout(_ORDER_SECONDS)
            order = _receive(connection, descriptors)
            stale, threads = self._stamps.find_changed(), verdict.find_threads()
            if stale:
                _say(connection, "stale %s" % stale)
            elif threads:
                _say(connection, "unsafe %s" % threads)
            elif self._fork(connection, order, descriptors):
                connection = None
        except Exception as error:  # Whatever it is, the next order may be a good one.
            _say(connection, "refused %s: %s" % (type(error).__name__, error))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
            if connection is not None:
                connection.close()

    def _fork(self, connection, order, descriptors):
        log.flush_streams()
        gc.freeze()
        try:
            pid = os.fork()
        except OSError as error:
            _say(connection, "refused fork: %s" % error)
            return False
        if pid == 0:
            others = [worker.fileno() for worker in self._workers.values()]
            forked.run(order, descriptors, connection, self._start, self._own + others)
        self._workers[pid] = connection
        return True

    def _reap(self):
        while self._workers:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            connection = self._workers.pop(pid, None)
            if connection is not None:  # Else a child that an import has started.
                code = os.waitstatus_to_exitcode(status)
                _say(connection, "exit %d" % (code if code >= 0 else 128 - code))
                connection.close()


def fill_streams():
    """Opens what is closed of standard input, output and errors."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        descriptor = os.dup(descriptor)
    os.close(descriptor)


def _receive(connection, descriptors):
    """The whole order; the descriptors come with its first byte."""
    data, received, flags, _ = socket.recv_fds(connection, 65536, _DESCRIPTORS)
    descriptors.extend(received)
    pieces = [data]
    while data:
        data = connection.recv(65536)
        pieces.append(data)
    if len(descriptors) != _DESCRIPTORS:
        raise ValueError("an order comes with %d descriptors, not %d" % (_DESCRIPTORS, len(descriptors)))
    return json.loads(b"".join(pieces))


def _say(connection, text):
    try:
        connection.sendall(text.replace("\n", " ").encode("utf-8", "backslashreplace") + b"\n")
    except OSError:
        pass  # The front door has gone, or has lost its patience; its workers end with it.


def _drain(descriptor):
    try:
        os.read(descriptor, 512)
    except BlockingIOError:
        pass


def _ignore(number, frame):
    """SIGCHLD only has to wake the loop."""
