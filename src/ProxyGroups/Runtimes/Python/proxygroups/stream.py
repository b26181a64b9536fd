"""One connection as a stream of bytes: what was received and not yet used, and sending."""

import errno
import os
import socket

RECEIVE_SIZE = 65536
JOIN_LIMIT = 65536
"""Up to this size head and body are joined for one send: copying is cheaper than a second system call."""

_NO_SENDFILE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
"""What sendfile(2) says of a file system that cannot do it."""


class ClientGone(ConnectionError):
    """The front door closed the connection, which it does when the client has gone."""


class Stream:
    """A connected socket and the bytes read ahead. Used by one thread.

    buffer      received, not yet used; belongs to the body being read or to the next request
    is_idle     no byte of the next request has been seen
    is_closing  the worker drains: no request after the current one. Set by the main thread
    """

    __slots__ = ("socket", "buffer", "is_idle", "is_closing")

    def __init__(self, connected):
        self.socket = connected
        self.buffer = b""
        self.is_idle = True
        self.is_closing = False

    def receive(self, size=RECEIVE_SIZE):
        """Up to `size` bytes, buffered ones first; b"" when the other side has closed."""
        data = self.buffer
        if data:
            self.buffer = data[size:]
            return data[:size]
        try:
            return self.socket.recv(size)
        except OSError as error:
            raise ClientGone("the connection broke while reading: %s" % error) from error

    def receive_line(self, limit):
        """The next line without its CRLF, or None if it is longer than `limit` bytes."""
        while True:
            line, end, rest = self.buffer.partition(b"\r\n")
            if len(line) > limit + (not end):  # Without its end, the last byte may be the CR.
                return None
            if end:
                self.buffer = rest
                return line
            self._receive_more()

    def send(self, first, second=b""):
        try:
            if len(second) <= JOIN_LIMIT:
                self.socket.sendall(first + second)
            else:
                self.socket.sendall(first)
                self.socket.sendall(second)
        except OSError as error:
            raise ClientGone("the connection broke while sending: %s" % error) from error

    def send_file(self, file, offset, count):
        """Sends `count` bytes of a descriptor from `offset`; returns how many the file had."""
        left = count
        while left:
            sent = self._send_file_part(file, offset, left)
            if not sent:
                break
            offset += sent
            left -= sent
        return count - left

    def stop_receiving(self):
        """Ends the connection for new requests. What has already arrived can still be read."""
        try:
            self.socket.shutdown(socket.SHUT_RD)
        except OSError:
            pass  # The other side was faster.

    def close(self):
        """Closes for all holders of the socket: a process that the application forked may have inherited it."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def _send_file_part(self, file, offset, count):
        try:
            return os.sendfile(self.socket.fileno(), file, offset, count)
        except ConnectionError as error:
            raise ClientGone("the connection broke while sending a file: %s" % error) from error
        except OSError as error:
            if error.errno not in _NO_SENDFILE:
                raise
        data = os.pread(file, min(count, RECEIVE_SIZE), offset)
        self.send(data)
        return len(data)

    def _receive_more(self):
        data, self.buffer = self.buffer, b""
        piece = self.receive()
        if not piece:
            raise ClientGone("the connection was closed in the middle of a request")
        self.buffer = data + piece
