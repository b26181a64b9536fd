"""Whether a process may be forked: only the forking thread lives on in the child, and what is connected would be shared."""

import os
import socket
import sys
import time

from .open_files import descriptors, target

_PATIENCE_SECONDS = 0.2
_PAUSE_SECONDS = 0.01
_SQLITE = b"SQLite format 3\0"
_LOOPS = ("anon_inode:[eventpoll]", "anon_inode:[io_uring]", "anon_inode:inotify", "anon_inode:[inotify]")


class Verdict:
    """Made before the first import; whatever is open then is the preloader's own."""

    def __init__(self):
        self._own = set(descriptors())

    def find_fault(self):
        """What forbids a fork, as the end of "importing X left ...", or None. A thread that is about to end may do so."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        fault = find_threads()
        while fault and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
            fault = find_threads()
        return fault or self._find_open() or _children() or _unlocked()

    def _find_open(self):
        for descriptor in set(descriptors()) - self._own:
            kind = target(descriptor)
            if kind.startswith("socket:"):
                return _describe(descriptor)
            if kind in _LOOPS:
                return "an event loop running or a watch on files (%s)" % kind
            if _is_sqlite(descriptor):
                return "a connection open to the SQLite database %s" % kind
            if _is_locked(descriptor):
                return "a lock held on the file %s" % kind
        return None


def _is_sqlite(descriptor):
    """Its locks belong to a process, and a forked one would go by locks that it does not have. Read in place: to open and close it again would drop them."""
    try:
        return os.pread(descriptor, len(_SQLITE), 0) == _SQLITE
    except OSError:
        return False  # A pipe, a device, or not open for reading.


def _is_locked(descriptor):
    """Each worker would take the lock for its own."""
    try:
        with open("/proc/self/fdinfo/%d" % descriptor) as file:
            return any(line.startswith("lock:") for line in file)
    except OSError:
        return False  # Closed meanwhile.


def _unlocked():
    """An interpreter without the lock has threads and locks of its own kind, and none was tried here."""
    return None if getattr(sys, "_is_gil_enabled", lambda: True)() else "a free-threaded interpreter running, which is not tried with forks"


def find_threads():
    """Those beside this one, or None. By the kernel's list: native libraries start threads that Python knows nothing of."""
    others = [task for task in os.listdir("/proc/self/task") if int(task) != os.getpid()]
    if not others:
        return None
    return "%d thread%s running (%s)" % (len(others), "s" if len(others) > 1 else "", ", ".join(sorted(set(map(_thread_name, others)))))


def _thread_name(task):
    import threading

    for thread in threading.enumerate():
        if str(thread.native_id) == task:
            return thread.name
    try:
        with open("/proc/self/task/%s/comm" % task) as file:
            return "native thread of " + file.read().strip()
    except OSError:
        return "it has ended meanwhile"


def _children():
    try:
        with open("/proc/self/task/%d/children" % os.getpid()) as file:
            children = file.read().split()
    except OSError:
        return None  # A kernel without that file.
    return "a child process running (pid %s)" % ", ".join(children) if children else None


def _describe(descriptor):
    with socket.socket(fileno=os.dup(descriptor)) as found:
        try:
            return "a connection open to %s" % (found.getpeername(),)
        except OSError:
            is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            return "%s open on %s" % ("a listening socket" if is_listening else "a socket", found.getsockname())
