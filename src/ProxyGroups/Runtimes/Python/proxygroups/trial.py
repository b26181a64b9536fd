"""Finds out which modules can be preloaded: imports them in processes of their own, so that nothing comes of one that cannot.

    start         imports PROXYGROUPS_PRELOAD as the preloader would, then tries PROXYGROUPS_LEARNED; a module below one of PROXYGROUPS_OTHERS
                  means another one to some application; PROXYGROUPS_MOST_MEMORY bytes are all that it may use
    READY=1       at once, then X_PROXYGROUPS_LOADED= and X_PROXYGROUPS_MODULES= of notify.py: the modules whose import, in this order, loads all
                  that can be loaded, and the memory that it takes
    exit codes    those of preloader.py where what is named cannot be preloaded

A try is a forked process that imports one module after the other. What fails is left out of the next try, until one goes well from its beginning to its end.
"""

import gc
import os
import select
import signal
import sys
import time

from . import exclusion, learned, library, log, memory, preloader, verdict
from .notify import Notifier

_MOST_TRIES = 12
_SECONDS_PER_IMPORT = 10
_REPORT_SECONDS = 60
_LOOK_SECONDS = 0.05
_MOST_OF_FREE = 4
"""Where nobody says how much it may use it takes this part of the free memory at most."""

_TOLD = 5
_LONGEST_REASON = 300


def main(environment):
    preloader.leave(_run(environment))


def _run(environment):
    given = preloader.take(environment)
    gc.disable()  # As in the preloader: what it would free is counted there, too.
    log.prepare_streams()
    sys.argv = ["proxygroups"]
    notifier = Notifier(given.get("NOTIFY_SOCKET"))
    notifier.ready()
    exclusion.keep_out(given.get("PROXYGROUPS_PRELOAD_EXCLUDE", "").split())
    looked = verdict.Verdict()
    code = preloader.import_named(given.get("PROXYGROUPS_PRELOAD", "").split(), looked)
    if code is not None:
        return code
    roots, size = find(learned.names(given), given.get("PROXYGROUPS_OTHERS", "").split(), int(given.get("PROXYGROUPS_MOST_MEMORY") or _free() // _MOST_OF_FREE))
    notifier.modules(roots, (), size=size)
    time.sleep(_REPORT_SECONDS)  # The front door ends this process when it has heard all.
    return 0


def find(names, others, most):
    """(modules, bytes): see above; `most` bytes for a process. Both are nothing where no try has gone well."""
    left_out = {}
    for _ in range(_MOST_TRIES):
        tried = _Try([name for name in names if name not in left_out], others, most)
        left_out.update(tried.failures)
        if tried.is_clean:
            _tell(left_out, names)
            return tried.loaded, tried.size
    log.line("modules that fail were found %d times, the last are %s: nothing is learned" % (_MOST_TRIES, ", ".join(tried.failures)))
    return [], 0


def _tell(left_out, names):
    some = ["%s (%s)" % failure for failure in list(left_out.items())[:_TOLD]]
    more = len(left_out) - len(some)
    if some:
        log.line("of %d modules these cannot be preloaded: %s%s" % (len(names), ", ".join(some), " and %d more" % more if more else ""))


class _Try:
    """loaded: those that had to be imported by name. failures: reasons by module. is_clean: there was none, and `size` is told."""

    def __init__(self, names, others, most):
        self.loaded, self.failures, self.size, self.is_clean = [], {}, 0, False
        self._names, self._current, self._begun, self._size = names, None, 0, 0
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            _import(names, others, write_end)
        os.close(write_end)
        is_too_large = self._follow(read_end, pid, most)
        os.close(read_end)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if is_too_large:
            self.failures.update(self._too_large(most))
        elif self._current is not None:
            self.failures[self._current] = "it ended the process, or took more than %d s" % _SECONDS_PER_IMPORT
        self.is_clean = self.is_clean and not self.failures

    def _too_large(self, most):
        """One that takes most of the memory by itself, or all that come after what has filled it."""
        if self._current and self._size - self._begun > most / 2:
            return {self._current: "it fills the memory"}
        first = self._names.index(self._current) if self._current else self._names.index(self.loaded[-1]) + 1 if self.loaded else 0
        return dict.fromkeys(self._names[first:], "no memory is left for it")

    def _follow(self, descriptor, pid, most):
        """True: it has grown too large."""
        poller, data = select.poll(), b""
        poller.register(descriptor, select.POLLIN)
        deadline = time.monotonic() + _SECONDS_PER_IMPORT
        while time.monotonic() < deadline:
            ready = poller.poll(_LOOK_SECONDS * 1000)
            self._size = _resident(pid)
            if self._size > most:
                return True
            if not ready:
                continue
            deadline = time.monotonic() + _SECONDS_PER_IMPORT
            piece = os.read(descriptor, 4096)
            *lines, data = (data + piece).split(b"\n")
            for line in lines:
                self._take(line.decode("utf-8", "replace"))
            if not piece or len(data) > 4096:
                return False
        return False

    # A module may write anything to any descriptor: what is not of our kind is nothing.
    def _take(self, line):
        word, _, rest = line.partition(" ")
        name, _, reason = rest.partition(" ")
        if word == "size" and name.isdigit():
            self.size, self.is_clean, self._current = int(name), True, None
        elif name not in self._names:
            return
        elif word == "begin":
            self._current, self._begun = name, self._size
        elif word == "loaded":
            self.loaded.append(name)
            self._current = None
        elif word == "failed":
            self.failures[name] = reason
            self._current = None


def _import(names, others, descriptor):
    """In the child, which never leaves it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    looked, before = verdict.Verdict(), memory.anonymous()
    with learned.Guard(others):
        for name in names:
            if name not in sys.modules and not _import_one(name, looked, descriptor):
                os._exit(0)
    _say(descriptor, "size", max(0, memory.anonymous() - before))
    os._exit(0)


def _import_one(name, looked, descriptor):
    """False: what it left makes all that follows worthless."""
    _say(descriptor, "begin", name)
    reason = None
    try:
        __import__(name)
    except BaseException as error:
        reason = learned.describe(error)
    fault = looked.find_fault() or learned.exclusion_fault()
    if reason is None and fault:
        reason = "it left %s" % fault
    _say(descriptor, *(("failed", name, reason) if reason else ("loaded", name)))
    return fault is None


def _say(descriptor, *words):
    text = " ".join(map(str, words)).replace("\n", " ")[:_LONGEST_REASON]
    os.write(descriptor, text.encode("utf-8", "backslashreplace") + b"\n")


def _free():
    """Memory that the machine can give, in bytes."""
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))


def _resident(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
