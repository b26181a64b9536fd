"""Requests that a process makes to its own application, so that what they load is loaded before workers are forked."""

import gc
import sys

from . import log
from .body import empty_body
from .environ import BadRequest, build

_IN_MEMORY = ("StaticPool", "SingletonThreadPool")
"""Pools of SQLAlchemy for databases that live in the connection, and are gone with it."""


def ask(application, page, base):
    """One GET; the answer is thrown away. What goes wrong is logged: workers can do without."""
    result, statuses = None, []
    try:
        result = application(_environ(page, base), lambda status, headers, exc_info=None: statuses.append(status) or _nowhere)
        for _ in result:
            pass
    except BaseException:  # SystemExit too: it would end no worker either.
        log.exception("warming up %s: the application failed" % page)
    finally:
        _close(result, page)
    if statuses and statuses[-1][:1] in "45":
        log.line("warming up %s was answered %s. If the application answers to its own name alone, write the whole address, such as "
                 "\"https://shop.example.com/\"" % (page, statuses[-1]))


def drop_connections():
    """Closes the connections to databases that Django and SQLAlchemy keep: forked processes would share them."""
    try:
        if "django.db" in sys.modules:
            sys.modules["django.db"].connections.close_all()
        if "sqlalchemy.engine" in sys.modules:
            _dispose(sys.modules["sqlalchemy.engine"].Engine)
    except Exception:
        log.exception("the connections to databases cannot be closed")


def _dispose(engines):
    for found in gc.get_objects():
        # By its type: a proxy may do anything when it is asked for its class.
        if issubclass(type(found), engines) and type(found.pool).__name__ not in _IN_MEMORY:
            found.dispose()


def _environ(page, base):
    scheme, found, rest = page.partition("://")
    host, _, path = rest.partition("/") if found else ("localhost", "", page[1:])
    head = "GET /%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: ProxyGroups warm-up\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: %s" % (
        path, host, scheme if found else "http")
    try:
        environ = build(head.encode("latin-1"), base)
    except BadRequest as error:
        raise ValueError("%s is no page: %s" % (page, error)) from error
    environ["wsgi.input"] = empty_body()
    return environ


def _nowhere(data):
    """What a response is written to (PEP 3333, "The write() Callable")."""


def _close(result, page):
    try:
        if hasattr(result, "close"):
            result.close()
    except BaseException:
        log.exception("warming up %s: close() of the answer failed" % page)
