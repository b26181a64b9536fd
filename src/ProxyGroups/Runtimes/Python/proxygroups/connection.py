"""One keep-alive connection of the front door: requests in, answers out, one after the other (RFC 9112 9.3)."""

from . import log
from .body import MalformedBody, empty_body, open_body
from .environ import BadRequest, build
from .response import Response
from .stream import RECEIVE_SIZE, ClientGone

HEAD_LIMIT = 65536
"""Bytes of a request's head; more is answered with 431."""

_END_OF_HEAD = b"\r\n\r\n"


def serve(stream, application, base, served):
    """Serves until the connection ends, and calls `served` after each request. Never raises because of the other side or the application."""
    try:
        while _serve_request(stream, application, base):
            served()
    except ClientGone:
        pass  # The front door knows, and logs it with the client's address.
    finally:
        stream.close()


def _serve_request(stream, application, base):
    """Answers the next request; False when the connection has no more."""
    try:
        head = _receive_head(stream)
        if head is None:
            return False
        environ = build(head, base)
        body = open_body(environ, stream)
    except BadRequest as error:
        _refuse(stream, error)
        return False
    response = Response(stream, environ, body, _may_keep_alive(environ))
    _give_input(environ, body, response)
    _answer(application, environ, response)
    response.end()
    if response.keep_alive and body is not None:
        body.discard()
    return response.keep_alive


def _may_keep_alive(environ):
    """HTTP/1.0 had no chunks to end an answer with, so its connections carry one request (RFC 9112 9.3)."""
    return environ["SERVER_PROTOCOL"] == "HTTP/1.1" and "close" not in environ.get("HTTP_CONNECTION", "").lower()


def _give_input(environ, body, response):
    if body is None:
        environ["wsgi.input"] = empty_body()
        return
    environ["wsgi.input"] = body
    if response.is_http_11 and environ.get("HTTP_EXPECT", "").lower() == "100-continue":
        body.before_first_read = response.send_continue


def _receive_head(stream):
    """The next request's head without its end, or None when the other side has closed."""
    data, stream.buffer = stream.buffer, b""
    while True:
        if data[:1] == b"\r":
            data = data.lstrip(b"\r\n")  # Empty lines before a request are to be ignored (RFC 9112 2.2).
        end = data.find(_END_OF_HEAD)
        if end > HEAD_LIMIT or (end < 0 and len(data) > HEAD_LIMIT):
            raise BadRequest("431 Request Header Fields Too Large", "head longer than %d bytes" % HEAD_LIMIT)
        if end >= 0:
            stream.buffer = data[end + 4:]
            return data[:end]
        piece = _receive_idle(stream) if not data else stream.receive()
        if not piece:
            return None
        data += piece


def _receive_idle(stream):
    """Waits for the next request.

    The order matters: idle first, then a look at is_closing. Server.drain sets is_closing first and then looks at
    idle, so at least one of the two sees the other and the wait ends.
    """
    stream.is_idle = True
    if stream.is_closing:
        stream.stop_receiving()
    try:
        return stream.socket.recv(RECEIVE_SIZE)
    except OSError:
        return b""
    finally:
        stream.is_idle = False


def _answer(application, environ, response):
    """Calls the application and sends what it returns; its errors become a 500, or a cut-off once bytes were sent."""
    result = None
    try:
        result = application(environ, response.start)
        response.send(result)
    except ClientGone:
        response.keep_alive = False
    except MalformedBody as error:
        log.line("%s: %s" % (log.about(environ), error))
        response.keep_alive = False
        _fail(response, "400 Bad Request", str(error))
    except BaseException:  # SystemExit too: a request must not end the worker or this thread.
        log.exception("%s: the application failed" % log.about(environ))
        _fail(response, "500 Internal Server Error", "Internal Server Error")
    finally:
        _close(result, environ)


def _fail(response, status, reason):
    try:
        response.fail(status, reason)
    except ClientGone:
        response.keep_alive = False


def _close(result, environ):
    """Calls close() of what the application returned, whatever happened before (PEP 3333)."""
    try:
        if hasattr(result, "close"):
            result.close()
    except BaseException:
        log.exception("%s: close() of the answer failed" % log.about(environ))


def _refuse(stream, error):
    log.line("refused a request with %s: %s" % (error.status[:3], error))
    text = str(error).encode("ascii", "replace") + b"\n"
    head = ("HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            % (error.status, len(text)))
    stream.send(head.encode("ascii"), text)
