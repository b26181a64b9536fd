"""Lines for the operator. The front door reads stderr and knows which worker wrote it."""

import os
import sys


def write(text):
    """Writes `text` to stderr at once, in one system call, so that lines of several threads do not mix."""
    _flush(sys.stderr)
    data = text.encode("utf-8", "backslashreplace")
    try:
        while data:
            data = data[os.write(2, data):]
    except OSError:
        pass  # Nobody reads our stderr any more; a request must not fail for that.


def line(text):
    write("proxygroups: " + text + "\n")


def exception(title):
    """Writes `title` and the traceback of the exception being handled, as one block."""
    import traceback  # Costs more than a megabyte, and most workers never need it.

    write("proxygroups: " + title + "\n" + traceback.format_exc())


def about(environ):
    """Names a request in the log: its id if it has one, method, path without the query (which may hold secrets)."""
    name = _printable(environ, "REQUEST_METHOD", 50) + " " + _printable(environ, "REQUEST_URI", 500).partition("?")[0]
    request_id = _printable(environ, "HTTP_X_REQUEST_ID", 200) or _trace_id(environ)
    return "[%s] %s" % (request_id, name) if request_id else name


def prepare_streams():
    """Makes stdout and stderr write whole lines, and never fail because of a character the locale does not know.

    Under `python -u` each piece of a print() would be a write of its own.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True, write_through=False, errors="backslashreplace")


def flush_streams():
    _flush(sys.stdout)
    _flush(sys.stderr)


def _printable(environ, key, limit):
    """A value in ASCII without control characters: it came from a client, or an application put anything there."""
    return ascii(str(environ.get(key, "")))[1:-1][:limit]


def _trace_id(environ):
    """The trace id in traceparent (W3C Trace Context: version-traceid-parentid-flags)."""
    parts = _printable(environ, "HTTP_TRACEPARENT", 200).split("-")
    return parts[1] if len(parts) >= 4 else ""


def _flush(stream):
    try:
        stream.flush()
    except (OSError, ValueError, AttributeError):
        pass  # Closed or replaced by the application: nothing of ours is in it.
