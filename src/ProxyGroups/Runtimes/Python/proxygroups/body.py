"""wsgi.input: the body of a request, read only as far as the application asks (PEP 3333, "Input and Error Streams")."""

from io import BytesIO

from .environ import BadRequest
from .stream import RECEIVE_SIZE, ClientGone

DISCARD_LIMIT = 65536
"""Bytes of an unread body that are read and thrown away to keep the connection; more is not worth the reading."""

_LINE_LIMIT = 4096
_TRAILERS_LIMIT = 65536
_HEX_DIGITS = frozenset(b"0123456789abcdefABCDEF")


class MalformedBody(ConnectionError):
    """The front door broke the chunked coding (RFC 9112 7.1)."""


def open_body(environ, stream):
    """The body that the request's head announces (RFC 9112 6.3), or None. Raises BadRequest."""
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    length = environ.get("CONTENT_LENGTH")
    if coding is not None:
        return _open_chunked(environ, stream, coding, length)
    if length is None:
        return None
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BadRequest("400 Bad Request", "malformed Content-Length")
    return LengthBody(stream, int(length))


def empty_body():
    return BytesIO()


def _open_chunked(environ, stream, coding, length):
    if length is not None:
        # The classic of request smuggling: two readers, two lengths (RFC 9112 6.1).
        raise BadRequest("400 Bad Request", "both Transfer-Encoding and Content-Length")
    if coding.lower() != "chunked":
        raise BadRequest("501 Not Implemented", "unknown Transfer-Encoding")
    environ["wsgi.input_terminated"] = True
    return ChunkedBody(stream)


class Body:
    """File-like methods over what a subclass gives.

    _next()   the next piece of the body from the connection, b"" at its end
    unread()  bytes still to come from the connection: a number, or None if nobody knows
    before_first_read  called once before the first byte is fetched (Expect: 100-continue), or None
    """

    def __init__(self, stream):
        self._stream = stream
        self._data = b""
        self._position = 0
        self.before_first_read = None

    def read(self, size=-1):
        """`size` bytes, fewer only at the end of the body; everything without a size."""
        if size is None or size < 0:
            return self._read_all()
        pieces, wanted = [], size
        while wanted and self._fill():
            piece = self._take(wanted)
            wanted -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self, size=-1):
        """The next line with its newline; at most `size` bytes of it."""
        wanted = None if size is None or size < 0 else size
        pieces = []
        while wanted != 0 and self._fill():
            found = self._data.find(b"\n", self._position)
            available = (len(self._data) if found < 0 else found + 1) - self._position
            piece = self._take(available if wanted is None else min(available, wanted))
            pieces.append(piece)
            wanted = None if wanted is None else wanted - len(piece)
            if piece[-1:] == b"\n":
                break
        return b"".join(pieces)

    def readlines(self, hint=-1):
        """All lines left; with a hint, whole lines until `hint` bytes are reached."""
        lines, total = [], 0
        for line in self:
            lines.append(line)
            total += len(line)
            if hint is not None and 0 < hint <= total:
                break
        return lines

    def __iter__(self):
        return iter(self.readline, b"")

    def can_discard(self):
        """Whether the rest is small, known and certain to come: a client that waits for 100 Continue may not send it."""
        left = self.unread()
        return left == 0 or (left is not None and left <= DISCARD_LIMIT and self.before_first_read is None)

    def discard(self):
        """Reads the rest, so that the next request starts behind it."""
        while self._next():
            pass

    def _fill(self):
        """Makes sure that a byte is at hand; False at the end of the body."""
        if self._position < len(self._data):
            return True
        if self.before_first_read:
            hook, self.before_first_read = self.before_first_read, None
            hook()
        self._data, self._position = self._next(), 0
        return bool(self._data)

    def _take(self, size):
        start = self._position
        piece = self._data[start:start + size]
        self._position = start + len(piece)
        return piece

    def _read_all(self):
        pieces = []
        while self._fill():
            pieces.append(self._take(len(self._data)))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class LengthBody(Body):
    """A body of Content-Length bytes."""

    def __init__(self, stream, length):
        super().__init__(stream)
        self._length = self._left = length

    def unread(self):
        return self._left

    def _next(self):
        if not self._left:
            return b""
        piece = self._stream.receive(min(self._left, RECEIVE_SIZE))
        if not piece:
            raise ClientGone("the client went away: %d of the body's %d bytes came"
                             % (self._length - self._left, self._length))
        self._left -= len(piece)
        return piece


class ChunkedBody(Body):
    """A body in chunked coding (RFC 9112 7.1). Extensions and trailers are read and ignored."""

    def __init__(self, stream):
        super().__init__(stream)
        self._left = 0
        self._inside = False
        self._ended = False

    def unread(self):
        return 0 if self._ended else None

    def _next(self):
        if not self._left and not self._ended:
            self._start_chunk()
        if self._ended:
            return b""
        piece = self._stream.receive(min(self._left, RECEIVE_SIZE))
        if not piece:
            raise ClientGone("the client went away in the middle of a chunked body")
        self._left -= len(piece)
        return piece

    def _start_chunk(self):
        if self._inside and self._line(0):
            raise MalformedBody("a chunk of the request body is longer than its size")
        self._left = _chunk_size(self._line(_LINE_LIMIT))
        self._inside = True
        if not self._left:
            self._skip_trailers()
            self._ended = True

    def _skip_trailers(self):
        room = _TRAILERS_LIMIT
        line = self._line(_LINE_LIMIT)
        while line:
            room -= len(line)
            if room < 0:
                raise MalformedBody("the trailers of the request body are longer than %d bytes" % _TRAILERS_LIMIT)
            line = self._line(_LINE_LIMIT)

    def _line(self, limit):
        line = self._stream.receive_line(limit)
        if line is None:
            raise MalformedBody("a chunk of the request body is longer than its size" if not limit
                                else "a line of the chunked request body is longer than %d bytes" % limit)
        return line


def _chunk_size(line):
    digits = line.partition(b";")[0].rstrip(b" \t")
    if not digits or len(digits) > 15 or not _HEX_DIGITS.issuperset(digits):
        raise MalformedBody("malformed chunk size in the request body")
    if b"\n" in line or b"\r" in line:
        raise MalformedBody("CR or LF inside a chunk extension")
    return int(digits, 16)
