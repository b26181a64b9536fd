"""What the front door tells a worker, by environment variables."""

SOCKET_PATH_LIMIT = 107
"""Bytes a Unix socket's path may have on Linux (unix(7): sun_path holds 108 with the closing NUL)."""

OURS = (
    "PROXYGROUPS_SOCKET", "PROXYGROUPS_PORT", "PROXYGROUPS_THREADS", "PROXYGROUPS_APP", "PROXYGROUPS_APPS",
    "PROXYGROUPS_IMPORT_WAIT", "PROXYGROUPS_MULTIPROCESS", "PROXYGROUPS_LIFELINE_FD", "PROXYGROUPS_WARMUP", "PROXYGROUPS_BEFORE_FORK",
    "PROXYGROUPS_AFTER_FORK", "PROXYGROUPS_PRELOAD_EXCLUDE", "PROXYGROUPS_REPORT_AFTER", "NOTIFY_SOCKET", "WATCHDOG_USEC",
)
"""Variables taken out of the environment before the application is imported: they concern this process alone, and a
child of the application must not answer in its name. PROXYGROUPS_GROUP, _RANK and _GENERATION stay."""


class SettingsError(Exception):
    """A variable is missing or wrong; the text names the variable and the remedy."""


class Settings:
    """The settings of one worker, read once at start.

    socket    path of the Unix socket to listen on, or None
    port      port on 127.0.0.1 to listen on, used when there is no socket
    threads   number of requests served at a time, 1 or more
    app       the application: "module:attribute" or "path/to/file.py:attribute"; None where there are several
    apps      several applications: (path, application, directory) of each, from JSON; None where there is one
    import_wait  seconds from the start during which requests wait for one of several that is not imported yet, or None
    warmup    pages that a process which workers are forked from asks of its application
    before_fork, after_fork  functions that such a process calls before it is judged, and each worker after the fork, or None
    preload_exclude  modules that such a process must not run
    report_after  requests after which the front door is told what the worker has loaded, or None
    notify    address of the sd_notify socket, or None
    watchdog  seconds within which a sign of life is expected, or None
    multiprocess  value of environ["wsgi.multiprocess"]
    """

    __slots__ = ("socket", "port", "threads", "app", "apps", "import_wait", "warmup", "before_fork", "after_fork", "preload_exclude", "report_after", "notify", "watchdog", "multiprocess")

    def __init__(self, variables):
        self.socket = variables.get("PROXYGROUPS_SOCKET") or None
        self.port = None if self.socket else _number(variables, "PROXYGROUPS_PORT", 1, 65535)
        self.threads = _number(variables, "PROXYGROUPS_THREADS", 1, 10000)
        self.apps = _json(variables.get("PROXYGROUPS_APPS"))
        self.app = None if self.apps else _required(variables, "PROXYGROUPS_APP")
        self.import_wait = _number(variables, "PROXYGROUPS_IMPORT_WAIT", 1, 10 ** 10) / 1e3 if self.apps else None
        self.warmup = _json(variables.get("PROXYGROUPS_WARMUP")) or []
        self.before_fork = variables.get("PROXYGROUPS_BEFORE_FORK") or None
        self.after_fork = variables.get("PROXYGROUPS_AFTER_FORK") or None
        self.preload_exclude = variables.get("PROXYGROUPS_PRELOAD_EXCLUDE", "").split()
        self.report_after = _number(variables, "PROXYGROUPS_REPORT_AFTER", 1, 10 ** 9) if variables.get("PROXYGROUPS_REPORT_AFTER") else None
        self.notify = variables.get("NOTIFY_SOCKET") or None
        self.watchdog = _watchdog(variables)
        self.multiprocess = variables.get("PROXYGROUPS_MULTIPROCESS") == "1"
        if self.socket:
            _check_path(self.socket)


def take(environment):
    """Moves our variables out of `environment` (os.environ) into Settings.

    PROXYGROUPS_LIFELINE_FD is only dropped: the descriptor stays open and inheritable, because whatever the
    application starts must die with the front door too.
    """
    return Settings({name: environment.pop(name) for name in OURS if name in environment})


def _required(variables, name):
    value = variables.get(name)
    if not value:
        raise SettingsError("%s is not set; the front door sets it for each worker" % name)
    return value


def _json(text):
    if not text:
        return None
    import json  # Only who needs it pays for it.

    return json.loads(text)


def _number(variables, name, low, high):
    text = _required(variables, name)
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise SettingsError("%s is %r; it must be a number from %d to %d" % (name, text, low, high))
    return int(text)


def _watchdog(variables):
    if not variables.get("WATCHDOG_USEC"):
        return None
    return _number(variables, "WATCHDOG_USEC", 1, 10 ** 14) / 1e6


def _check_path(path):
    length = len(path.encode("utf-8", "surrogateescape"))
    if length > SOCKET_PATH_LIMIT:
        raise SettingsError("PROXYGROUPS_SOCKET has %d bytes, a Unix socket's path may have %d; use a shorter runtime "
                            "directory: %s" % (length, SOCKET_PATH_LIMIT, path))
