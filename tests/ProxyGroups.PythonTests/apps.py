"""Small WSGI applications, one per path: what the tests drive inside a worker. Events go to the test's socket."""

import os
import socket
import sys
from wsgiref.validate import validator

_kept_write = None


def event(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(os.environ["EVENTS"])
        sender.send(text.encode())


def wait_for(environ):
    """Blocks until the test opens the FIFO named by the query."""
    with open(environ["QUERY_STRING"], "rb") as fifo:
        return fifo.read()


class Closing:
    """An iterable that says when it is closed."""

    def __init__(self, pieces, name="closed"):
        self._pieces, self._name = pieces, name

    def __iter__(self):
        return iter(self._pieces)

    def close(self):
        event(self._name)


def route(environ, start_response):
    return globals()["app_" + environ["PATH_INFO"].strip("/").partition("/")[0]](environ, start_response)


def ok(start_response, *headers):
    return start_response("200 OK", [("Content-Type", "text/plain"), *headers])


def app_hello(environ, start_response):
    ok(start_response)
    return [b"hello"]


def app_environ(environ, start_response):
    ok(start_response)
    shown = {key: value for key, value in environ.items() if isinstance(value, (str, bool, tuple))}
    return [repr(sorted(shown.items())).encode("ascii", "backslashreplace")]


@validator
def app_valid(environ, start_response):
    body = environ["wsgi.input"].read(1000000)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [b"got ", str(len(body)).encode()]


@validator
def app_validwrite(environ, start_response):
    lines = list(environ["wsgi.input"])
    write = start_response("201 Created", [("Content-Type", "text/plain")])
    write(b"%d," % len(lines))
    return [environ["REQUEST_METHOD"].encode()]


def app_body(environ, start_response):
    stream, plan = environ["wsgi.input"], environ["QUERY_STRING"].split(",")
    parts = []
    for step in plan:
        name, _, number = step.partition(":")
        if name == "iter":
            parts.extend(stream)
        else:
            got = getattr(stream, name)(*([int(number)] if number else []))
            parts.extend(got) if isinstance(got, list) else parts.append(got)
    ok(start_response, ("X-Terminated", str(environ.get("wsgi.input_terminated"))), ("X-Length", environ.get("CONTENT_LENGTH", "none")))
    return [repr(parts).encode()]


def app_bodysum(environ, start_response):
    event("begun")
    total, stream = 0, environ["wsgi.input"]
    try:
        for piece in iter(lambda: stream.read(65536), b""):
            total += len(piece)
    except OSError as error:
        event("%s %s" % (type(error).__name__, error))
        raise
    ok(start_response)
    return [str(total).encode()]


def app_ignore(environ, start_response):
    ok(start_response)
    return [b"ignored"]


def app_toolarge(environ, start_response):
    start_response("413 Content Too Large", [("Content-Length", "3")])
    return [b"big"]


def app_generator(environ, start_response):
    ok(start_response)
    yield b""
    yield b"one"
    yield b""
    yield b"two"


def app_stream(environ, start_response):
    """One piece, then waits: the test must have the first before it lets the second go."""
    ok(start_response)
    yield b"first"
    wait_for(environ)
    yield b"second"


def app_write(environ, start_response):
    write = ok(start_response)
    write(b"w1")
    write(b"")
    write(b"w2")
    return [b"r1", b"r2"]


def app_len1(environ, start_response):
    class One:
        def __len__(self):
            return 1

        def __iter__(self):
            return iter([b"single"])
    ok(start_response)
    return One()


def app_empty(environ, start_response):
    ok(start_response)
    return []


def app_status(environ, start_response):
    start_response(environ["QUERY_STRING"].replace("_", " "), [("Content-Type", "text/plain"), ("X-Kept", "1")])
    return [b"body"]


def app_status304length(environ, start_response):
    start_response("304 Not Modified", [("Content-Length", "1234")])
    return []


def app_length(environ, start_response):
    """Says the length in the query, gives "0123456789" piece by piece."""
    ok(start_response, ("Content-Length", environ["QUERY_STRING"]))
    return iter([b"0123", b"456", b"789"])


def app_headers(environ, start_response):
    start_response(*BAD_HEADERS[environ["QUERY_STRING"]])
    return [b"sent"]


BAD_HEADERS = {
    "value-crlf": ("200 OK", [("X-A", "1\r\nX-Evil: 2")]),
    "value-lf": ("200 OK", [("X-A", "1\nX-Evil: 2")]),
    "value-cr": ("200 OK", [("X-A", "1\rX-Evil: 2")]),
    "value-nul": ("200 OK", [("X-A", "1\0")]),
    "value-end": ("200 OK", [("X-A", "1\r\n")]),
    "name-crlf": ("200 OK", [("X-A\r\nX-Evil", "1")]),
    "name-space": ("200 OK", [("X A", "1")]),
    "name-colon": ("200 OK", [("X-A:", "1")]),
    "name-empty": ("200 OK", [("", "1")]),
    "name-bytes": ("200 OK", [(b"X-A", "1")]),
    "value-bytes": ("200 OK", [("X-A", b"1")]),
    "value-int": ("200 OK", [("Content-Length", 4)]),
    "value-none": ("200 OK", [("X-A", None)]),
    "value-wide": ("200 OK", [("X-A", "\u20ac")]),
    "not-a-pair": ("200 OK", ["X-A: 1"]),
    "status-crlf": ("200 OK\r\nX-Evil: 1", []),
    "status-int": (200, []),
    "status-short": ("20", []),
    "status-word": ("OK", []),
    "status-long": ("2000 OK", []),
    "status-1xx": ("101 Switching Protocols", []),
    "length-word": ("200 OK", [("Content-Length", "four")]),
    "length-minus": ("200 OK", [("Content-Length", "-1")]),
    "length-two": ("200 OK", [("Content-Length", "4"), ("content-length", "5")]),
    "hop-te": ("200 OK", [("Transfer-Encoding", "chunked")]),
    "hop-upgrade": ("200 OK", [("upgrade", "websocket")]),
    "hop-trailer": ("200 OK", [("Trailer", "X")]),
}


def app_hopdrop(environ, start_response):
    ok(start_response, ("Connection", "keep-alive"), ("Keep-Alive", "timeout=5"))
    return [b"x"]


def app_cookies(environ, start_response):
    ok(start_response, ("Set-Cookie", "a=1"), ("X-Mid", "m\xe9"), ("Set-Cookie", "b=2"), ("set-cookie", "c=3"))
    return [b"x"]


def app_raise(environ, start_response):
    raise ValueError("secret-free message")


def app_exit(environ, start_response):
    sys.exit(5)


def app_raiseafterstart(environ, start_response):
    ok(start_response, ("X-Lost", "1"))
    raise ValueError("before the first byte")


def app_raisemid(environ, start_response):
    ok(start_response)
    yield b"part"
    raise ValueError("in the middle")


def app_raisemidlength(environ, start_response):
    ok(start_response, ("Content-Length", "100"))
    return Closing(iter_then_raise())


def iter_then_raise():
    yield b"part"
    raise ValueError("in the middle")


def app_excinfo(environ, start_response):
    ok(start_response)
    try:
        raise KeyError("shown")
    except KeyError:
        start_response("500 Broken", [("Content-Type", "text/plain")], sys.exc_info())
    return [b"error page"]


def app_excinfolate(environ, start_response):
    ok(start_response)
    yield b"part"
    try:
        raise KeyError("too late")
    except KeyError:
        start_response("500 Broken", [], sys.exc_info())
    yield b"never"


def app_twice(environ, start_response):
    ok(start_response)
    ok(start_response)
    return [b"x"]


def app_nostart(environ, start_response):
    return [b"x"]


def app_nostartempty(environ, start_response):
    return []


def app_str(environ, start_response):
    ok(start_response)
    return ["text"]


def app_rawbytes(environ, start_response):
    ok(start_response)
    return b"abc"


def app_none(environ, start_response):
    ok(start_response)


def app_closing(environ, start_response):
    ok(start_response)
    return Closing([b"a", b"b"])


def app_closingraise(environ, start_response):
    return Closing([b"a"])


def app_closebad(environ, start_response):
    ok(start_response)

    class Bad(Closing):
        def close(self):
            raise ValueError("close failed")
    return Bad([b"whole"])


def app_closingendless(environ, start_response):
    ok(start_response)
    return Closing(iter(lambda: b"x" * 65536, None))


def app_latewrite(environ, start_response):
    global _kept_write
    _kept_write = ok(start_response)
    return [b"x"]


def app_latewriteuse(environ, start_response):
    ok(start_response)
    try:
        _kept_write(b"EVIL")
        return [b"written"]
    except RuntimeError as error:
        return [str(error).encode()]


def app_file(environ, start_response):
    """?name,position,length,kind: sends a file by wsgi.file_wrapper."""
    name, position, length, kind = environ["QUERY_STRING"].split(",")
    if kind == "gzip":
        import gzip
        file = gzip.open(name)
    elif kind == "bytesio":
        import io
        file = io.BytesIO(open(name, "rb").read())
    else:
        file = open(name, "rb", buffering=0 if kind == "raw" else -1)
    file.read(int(position))
    ok(start_response, *([("Content-Length", length)] if length else []))
    wrapper = environ["wsgi.file_wrapper"](file, 1000)
    close = wrapper.close
    wrapper.close = lambda: (close(), event("file closed"))
    return wrapper


def app_block(environ, start_response):
    event("begun")
    wait_for(environ)
    event("released")
    ok(start_response)
    return [b"done"]


def app_blockread(environ, start_response):
    event("begun")
    try:
        return [environ["wsgi.input"].read()]
    except OSError as error:
        event("gone %s" % error)
        raise


def app_native(environ, start_response):
    """Hangs in C with the interpreter lock held (PyDLL keeps it): fills a pipe that nobody empties."""
    import ctypes

    size = 1 << 20
    ctypes.PyDLL(None).write(os.open(environ["QUERY_STRING"], os.O_WRONLY), b"x" * size, size)


def app_forkterm(environ, start_response):
    """A forked child must die of SIGTERM, although the worker handles it."""
    import signal

    ready, told = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(told, b"x")
        signal.pause()
        os._exit(9)
    os.read(ready, 1)
    os.kill(pid, signal.SIGTERM)
    code = os.waitpid(pid, 0)[1]
    ok(start_response)
    return [b"%d" % code]


def app_forkhold(environ, start_response):
    """Leaves a child that holds the connection's descriptor, then breaks the answer off."""
    ok(start_response)
    yield b"part"
    pid = os.fork()
    if not pid:
        wait_for(environ)
        os._exit(0)
    event(str(pid))
    raise ValueError("cut")


def app_print(environ, start_response):
    print("to", "stdout", "\u20ac")
    print("to wsgi.errors \u20ac", file=environ["wsgi.errors"])
    ok(start_response)
    return [b"x"]


def app_process(environ, start_response):
    """What an application sees of the process."""
    import threading

    ok(start_response)
    ours = sorted(name for name in os.environ if name.startswith("PROXYGROUPS") or name == "NOTIFY_SOCKET")
    return [repr((ours, sys.argv, sys.path[0] == os.getcwd(), [p for p in sys.path if p.endswith(("proxygroups", "Runtimes/Python"))],
                  threading.current_thread() is not threading.main_thread())).encode()]


def app_rewrite(environ, start_response):
    """Middleware that rewrites the method must not change the framing."""
    environ["REQUEST_METHOD"] = "GET"
    environ["SERVER_PROTOCOL"] = "HTTP/1.0"
    ok(start_response)
    return [b"hidden"]


def app_vandal(environ, start_response):
    """Leaves nothing of the environ that a log line could rely on."""
    environ.clear()
    environ.update(REQUEST_URI=None, REQUEST_METHOD=5, HTTP_TRACEPARENT=b"x")
    raise ValueError("vandal")
