"""Imports several applications into one interpreter, so that a slow or broken one holds up no other."""

import sys
import threading
from time import monotonic

from . import application, log, precedence
from .mounts import Mount, MountTable


def load(settings):
    """Returns the mount table of `settings.apps` as soon as it can serve; raises LoadError if no application can be had.

    The applications are imported one after the other, because two threads that import modules which import each other
    may find half a module (importlib prefers that to a deadlock). One that takes too long no longer holds up the others:
    they go on beside it, and the worker gets ready without it. Half of the time that requests wait is shared out for that.
    """
    mounts = [Mount(*app) for app in settings.apps]
    directories = list(dict.fromkeys(mount.directory for mount in mounts))
    sys.path[:] = directories + [path for path in sys.path if path not in directories]
    for directory in directories:
        precedence.give_way(directory)
    table = MountTable(mounts, settings.threads, settings.import_wait, _report_late)
    news = threading.Semaphore(0)
    for mount in mounts:
        mount.thread = threading.Thread(target=_import, args=(mount, news), name="import " + mount.path, daemon=True)
        mount.thread.start()
        mount.settled.wait(settings.import_wait / 2 / len(mounts))
    while all(mount.application is None for mount in mounts):
        if all(mount.settled.is_set() for mount in mounts):
            raise application.LoadError("none of the applications at %s can be imported; why is said above for each"
                                        % ", ".join(mount.path for mount in mounts))
        news.acquire()
    for mount in mounts:
        if not mount.settled.is_set():
            log.line("%s is still being imported; the other applications do not wait for it" % mount.path)
    return table


def _import(mount, news):
    begun = monotonic()
    try:
        mount.application = application.load(mount.target, mount.directory)
        log.line("%s: imported %s in %.1f s" % (mount.path, mount.target, monotonic() - begun))
    except application.LoadError as error:
        _report(mount, error)
    except BaseException as error:  # A KeyboardInterrupt too: signals reach the main thread alone, so it is the application's own.
        failure = application.LoadError("cannot import %r: it raised %s" % (mount.target, type(error).__name__))
        failure.__cause__ = error
        _report(mount, failure)
    finally:
        mount.settled.set()
        news.release()


def _report(mount, error):
    application.report(error, "%s (error id %s): " % (mount.path, mount.error_id))


def _report_late(mount):
    """Where an import hangs is known to its thread alone."""
    import traceback

    frame = sys._current_frames().get(mount.thread.ident)
    log.write("proxygroups: %s is not imported yet, and its requests wait no longer; its import is here:\n%s"
              % (mount.path, "".join(traceback.format_stack(frame)) if frame else ""))
