"""The WSGI application that the experiments load; each path is one kind of work."""

import os
import time
from urllib.parse import parse_qs

BLOCK = b"x" * 65536
LEAKED = []


def application(environ, start_response):
    query = {name: int(values[0]) for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    return PATHS[environ["PATH_INFO"]](environ, start_response, **query)


def hello(environ, start_response):
    return answer(start_response, b"Hello, world!\n")


def sleep(environ, start_response, ms):
    time.sleep(ms / 1000)
    return answer(start_response, b"slept\n")


def pieces(environ, start_response, ms):
    """Half of the answer at once, half after a pause."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "20")])
    yield b"0123456789"
    time.sleep(ms / 1000)
    yield b"0123456789"


def count(environ, start_response):
    """Leaves a mark that this request has reached a worker."""
    append("COUNT_FILE", b".")
    return answer(start_response, b"counted\n")


def record(environ, start_response, id):
    """Leaves its number in a file when it arrives, and in the log before it answers; one whose body has not come whole fails."""
    line = b'{"method":"%s","id":%d,"padding":"%s"}\n' % (environ["REQUEST_METHOD"].encode(), id, b"p" * 500)
    append("RECORD_FILE", b"%d\n" % id)
    if environ["wsgi.input"].read() != b"x" * int(environ.get("CONTENT_LENGTH") or 0):
        raise ValueError("the body of request %d is not what was sent" % id)
    time.sleep(0.02)
    os.write(1, line)
    return answer(start_response, b"recorded\n")


def leak(environ, start_response, kb):
    LEAKED.append(os.urandom(kb * 1000))
    return answer(start_response, b"leaked\n")


def page(environ, start_response):
    return answer(start_response, b"p" * 500_000)


def sink(environ, start_response):
    total = 0
    while data := environ["wsgi.input"].read(len(BLOCK)):
        total += len(data)
    return answer(start_response, b"%d" % total)


def source(environ, start_response, blocks, chunked=0):
    headers = [("Content-Type", "application/octet-stream")]
    if not chunked:
        headers.append(("Content-Length", str(blocks * len(BLOCK))))
    start_response("200 OK", headers)
    return (BLOCK for _ in range(blocks))


def append(variable, data):
    file = os.open(os.environ[variable], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, data)
    os.close(file)


def answer(start_response, body):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


PATHS = {"/": hello, "/hello": hello, "/sleep": sleep, "/pieces": pieces, "/count": count, "/record": record, "/leak": leak, "/page": page, "/sink": sink,
         "/source": source}
