"""One response: start_response, write, framing (PEP 3333, "Specification Details"; RFC 9112 6 and 7)."""

from . import log
from .file_wrapper import FileWrapper, real_file
from .headers import serialise, status_line

_UNTIL_CLOSE, _CHUNKED, _COUNTED, _NO_BODY = range(4)


class Response:
    """Takes the application's answer and sends it as it comes. Lives for one request, used by one thread.

    keep_alive  whether the connection can carry another request after this one
    is_http_11  whether the request spoke HTTP/1.1, not 1.0
    is_sent     whether the head has left; after that an error can only cut the answer off
    """

    __slots__ = ("keep_alive", "is_sent", "_stream", "_environ", "_body", "_is_head", "is_http_11", "_head", "_status",
                 "_length", "_framing", "_left", "_is_excess_logged")

    def __init__(self, stream, environ, body, keep_alive):
        self.keep_alive = keep_alive
        self.is_sent = False
        self._stream = stream
        self._environ = environ
        self._body = body
        # Kept here because middleware may rewrite the environ, and framing follows what the front door sent.
        self._is_head = environ["REQUEST_METHOD"] == "HEAD"
        self.is_http_11 = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        self._head = None
        self._framing = _NO_BODY
        self._left = 0
        self._is_excess_logged = False

    def start(self, status, headers, exc_info=None):
        """start_response. Nothing is sent before the first byte of the body."""
        if exc_info:
            try:
                if self.is_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # Breaks the circle frame -> exc_info -> frame (PEP 3333).
        elif self._head is not None:
            raise AssertionError("start_response was called a second time without exc_info")
        line = status_line(status)
        self._head, self._length = serialise(line, headers)
        self._status = line[9:12]
        return self.write

    def write(self, data):
        """The callable that start_response returns, and the way of each piece of the answer."""
        if type(data) is not bytes and not isinstance(data, bytes):
            raise TypeError("the application must give bytes, not %s" % type(data).__name__)
        if not data:
            return
        if self.is_sent:
            self._stream.send(self._frame(data))
        else:
            head = self._open(None)
            self._stream.send(head, self._frame(data))

    def send(self, result):
        """Sends all that the application returned. The caller closes `result`."""
        kind = type(result)
        if (kind is list or kind is tuple) and not self.is_sent and self._head is not None:
            self._send_whole(result[0] if len(result) == 1 else b"".join(result))
        elif kind is FileWrapper and self._send_file(result):
            pass
        else:
            self._send_pieces(result)
        self._finish()

    def fail(self, status, reason):
        """Answers with a short text of ours if nothing was sent yet, else cuts the answer off."""
        if self.is_sent:
            self.keep_alive = False
            return
        text = reason.encode("ascii", "replace") + b"\n"
        self._head, self._length = serialise(status_line(status), [("Content-Type", "text/plain; charset=utf-8")])
        self._status = status[:3]
        self._send_whole(text)

    def end(self):
        """Lets go of the connection: a write() that the application kept must not reach the next answer."""
        self._stream = _ENDED

    def send_continue(self):
        """Asks the client for the body it holds back (RFC 9110 10.1.1); pointless once the answer has begun."""
        if not self.is_sent and not self._stream.buffer:
            self._stream.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _send_whole(self, data):
        if type(data) is not bytes and not isinstance(data, bytes):
            raise TypeError("the application must give bytes, not %s" % type(data).__name__)
        if not data and self._is_head:
            return  # The length of what GET would give is unknown; "0" would be a lie.
        head = self._open(len(data))
        self._stream.send(head, self._frame(data))

    def _send_pieces(self, result):
        if isinstance(result, (bytes, str)):
            raise TypeError("the application returned %s; it must return a list or another iterable of bytes"
                            % type(result).__name__)
        only = _has_one_piece(result)
        for data in result:
            if only and not self.is_sent and data and self._head is not None:
                self._send_whole(data)
            else:
                self._require_start()
                self.write(data)
            if self.is_sent and (self._framing == _NO_BODY or self._is_excess_logged):
                return  # Whatever else comes is thrown away, and it may come for ever.

    def _send_file(self, wrapper):
        if self.is_sent or self._head is None:
            return False
        found = real_file(wrapper)
        if found is None:
            return False
        file, position, size = found
        head = self._open(max(0, size - position))
        self._stream.send(head)
        if self._framing == _COUNTED:
            self._left -= self._stream.send_file(file, position, self._left)
        return True

    def _finish(self):
        if not self.is_sent:
            self._require_start()
            # An empty HEAD answer may stand for any length, so none is given.
            self._stream.send(self._open(None if self._is_head else 0))
        if self._framing == _CHUNKED:
            self._stream.send(b"0\r\n\r\n")
        elif self._framing == _COUNTED and self._left:
            self.keep_alive = False
            log.line("%s: the answer ended %d bytes short of its Content-Length; the connection is cut off so that the "
                     "client can see it" % (log.about(self._environ), self._left))

    def _require_start(self):
        if self._head is None:
            raise AssertionError("the application did not call start_response before its first piece of the answer")

    def _open(self, total):
        """Decides the framing and returns the complete head. `total` is the body's size, None if unknown."""
        self._require_start()
        self.is_sent = True
        if self._stream.is_closing or (self._body is not None and not self._body.can_discard()):
            self.keep_alive = False
        lines = self._framing_lines(total)
        if not self.keep_alive:
            lines += b"Connection: close\r\n"
        return self._head + b"\r\n" + lines + b"\r\n"

    def _framing_lines(self, total):
        length = self._length if self._length is not None else total
        if self._status == "204":
            return b""  # RFC 9110 8.6 forbids a Content-Length here.
        if self._status == "304" or self._is_head:
            length = self._length if self._status == "304" else length
            return b"" if length is None else b"Content-Length: %d\r\n" % length
        if length is not None:
            self._framing, self._left = _COUNTED, length
            return b"Content-Length: %d\r\n" % length
        if self.is_http_11:
            self._framing = _CHUNKED
            return b"Transfer-Encoding: chunked\r\n"
        self._framing, self.keep_alive = _UNTIL_CLOSE, False
        return b""

    def _frame(self, data):
        if self._framing == _COUNTED:
            return self._count(data)
        if self._framing == _CHUNKED:
            return b"%x\r\n%b\r\n" % (len(data), data)
        return b"" if self._framing == _NO_BODY else data

    def _count(self, data):
        """Keeps to Content-Length (PEP 3333, "Handling the Content-Length Header"): what is beyond it is cut."""
        if len(data) > self._left:
            if not self._is_excess_logged:
                self._is_excess_logged = True
                log.line("%s: the answer is longer than its Content-Length; the rest is cut" % log.about(self._environ))
            data = data[:self._left]
        self._left -= len(data)
        return data


class _Ended:
    """Stands for the connection after the answer."""

    is_closing = False

    def send(self, *_):
        raise RuntimeError("write() was called after the answer had ended")


_ENDED = _Ended()


def _has_one_piece(result):
    """Whether the iterable says that it holds one piece: then its size is the answer's (PEP 3333, same section)."""
    try:
        return len(result) == 1
    except TypeError:
        return False
