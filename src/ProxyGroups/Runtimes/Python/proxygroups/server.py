"""The worker's threads: each accepts one connection of the front door and serves it until it ends."""

import functools
import itertools
import threading
import time

from . import connection, log
from .batch import BatchSlot
from .stream import Stream

_ACCEPT_PAUSE_SECONDS = 0.1
"""After a failed accept: with no descriptor left it would fail again at once, and spin."""


class Server:
    """`threads` blocking threads around one listener.

    The front door opens at most `threads` connections and sends one request at a time on each, so a thread may own
    a connection: no queue, no selector, no hand-over between threads. More than `threads` requests at a time are
    impossible by construction.
    """

    def __init__(self, listener, threads, application, base, wake, report_after=None):
        self._listener = listener
        self._application = application
        self._base = base
        self._wake = wake
        self._report_after = report_after
        self._served = itertools.count(1)
        self.is_report_due = False
        self._streams = [None] * threads
        self._finished = []
        self._is_draining = False

    def start(self):
        for slot in range(len(self._streams)):
            threading.Thread(target=self._run, args=(slot,), name="slot-%d" % slot, daemon=True).start()

    def drain(self):
        """Takes no new connection, closes idle ones, lets requests in flight end. Returns at once."""
        self._is_draining = True
        self._listener.stop()
        for stream in list(self._streams):
            if stream is not None:
                stream.is_closing = True
                if stream.is_idle:
                    stream.stop_receiving()

    def is_finished(self):
        return len(self._finished) == len(self._streams)

    def _run(self, slot):
        batch = BatchSlot()
        connected = self._accept()
        while connected is not None:
            self._serve(slot, connected, batch)
            connected = self._accept()
        self._finished.append(slot)
        self._wake()

    def _count(self, batch):
        batch.served()
        if self._report_after is not None and next(self._served) == self._report_after:
            self.is_report_due = True
            self._wake()

    def _serve(self, slot, connected, batch):
        try:
            stream = self._streams[slot] = Stream(connected)
            if self._is_draining:  # After the registration: see Server.drain.
                stream.is_closing = True
            connection.serve(stream, self._application, self._base, functools.partial(self._count, batch))
        except BaseException:
            log.exception("an error of the worker itself; please report it. The connection is closed")
        finally:
            self._streams[slot] = None

    def _accept(self):
        """The next connection; None when the worker drains and none is waiting."""
        while True:
            try:
                return self._listener.accept()
            except OSError as error:
                if self._is_draining:
                    return None
                log.line("cannot accept a connection: %s" % error)
                time.sleep(_ACCEPT_PAUSE_SECONDS)
