"""Several applications in one interpreter, each below a path of its own, as one WSGI callable."""

import os
import threading
from time import monotonic  # Bound before an application can replace it.

from . import log

RETRY_SECONDS = 5
"""Retry-After of an application that is not there yet."""


class Mount:
    """One application: its path, and its callable once that was imported.

    path         "/blog" as people write it; "/" takes what no other one matches
    prefix       the path in the form of PATH_INFO: latin-1, "" for "/" (PEP 3333, "Unicode Issues")
    target       the application, as `application.load` understands it
    directory    where the application lies
    application  the callable; None while it is imported, and for ever if that failed
    error_id     names a failed import in answers and in the log
    thread       the thread that imports it
    settled      set once the import has ended, well or not
    """

    def __init__(self, path, target, directory):
        self.path, self.target, self.directory = path, target, directory
        self.prefix = path.encode("utf-8").decode("latin-1").rstrip("/")
        self.application = self.thread = None
        self.error_id = os.urandom(4).hex()
        self.settled = threading.Event()

    def matches(self, path):
        """At the borders of segments only: "/blog" is not the beginning of "/blogs"."""
        return path.startswith(self.prefix) and path[len(self.prefix):len(self.prefix) + 1] in ("", "/")


class MountTable:
    """Gives each request to the application with the longest path, and lets it wait for one that is being imported.

    A request that waits holds a thread. So that the other applications have one left, all but one may wait; where there
    is only one, nobody waits.

    on_late  called with a mount that is not imported when the time to wait for it is over, once
    """

    def __init__(self, mounts, threads, wait_seconds, on_late):
        self._mounts = sorted(mounts, key=lambda mount: len(mount.prefix), reverse=True)
        self._places = threading.Semaphore(threads - 1)
        self._wait_ends = monotonic() + wait_seconds
        self._on_late = on_late
        self._late = set()
        self._is_stranger_logged = False

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        for mount in self._mounts:
            if mount.matches(path):
                break
        else:
            return self._answer_stranger(environ, start_response)
        if not mount.settled.is_set():
            self._wait(mount)
        if mount.application is None:
            return _answer_absent(mount, start_response)
        environ["SCRIPT_NAME"] += mount.prefix
        environ["PATH_INFO"] = path[len(mount.prefix):]
        return mount.application(environ, start_response)

    def _wait(self, mount):
        if not self._places.acquire(blocking=False):
            return
        try:
            if not mount.settled.wait(max(0, self._wait_ends - monotonic())) and mount not in self._late:
                self._late.add(mount)
                self._on_late(mount)
        finally:
            self._places.release()

    def _answer_stranger(self, environ, start_response):
        if not self._is_stranger_logged:  # Once: clients decide how often this happens.
            self._is_stranger_logged = True
            log.line("%s: nothing is mounted there, only at %s. The route leads too much here, or takes a prefix off that "
                     "belongs to an application" % (log.about(environ), ", ".join(sorted(mount.path for mount in self._mounts))))
        return _answer(start_response, "404 Not Found", "Not Found")


def _answer_absent(mount, start_response):
    if mount.settled.is_set():
        return _answer(start_response, "503 Service Unavailable", "This application could not be started. Error id: " + mount.error_id)
    return _answer(start_response, "503 Service Unavailable", "This application is still starting.", ("Retry-After", str(RETRY_SECONDS)))


def _answer(start_response, status, text, *headers):
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
    return [text.encode("ascii") + b"\n"]
