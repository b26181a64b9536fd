"""The socket that a worker listens on."""

import os
import socket
import stat

_SPARE_BACKLOG = 128
"""Connections that may wait beyond one per thread. On a full Unix socket a non-blocking connect fails at once (EAGAIN),
so there is room for connections that have died and that no thread has looked at yet."""


class Listener:
    """Binds at once, listens when the application is loaded, removes its own file at the end.

    Between bind and listen a connection is refused, so nobody waits for an application that may never load. Binding
    early has a reason: the umask belongs to the whole process, and before the import no other thread runs.
    """

    def __init__(self, settings):
        self._path = settings.socket
        self._inode = None
        self._backlog = settings.threads + _SPARE_BACKLOG
        self.socket = bind_unix(self._path) if self._path else _bind_loopback(settings.port)
        if self._path:
            self._inode = os.lstat(self._path).st_ino

    def listen(self):
        self.socket.listen(self._backlog)

    def accept(self):
        """The next connection, or None if there will be none: after `stop`."""
        connected = self.socket.accept()[0]
        if not self._path:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def stop(self):
        """Wakes all threads in accept, once the connections that already wait are taken (Linux, unix sockets)."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def remove(self):
        """Removes the socket's file, unless another worker has put its own there."""
        try:
            if self._path and os.lstat(self._path).st_ino == self._inode:
                os.unlink(self._path)
        except OSError:
            pass


def bind_unix(path):
    """A Unix socket that is bound and does not listen yet."""
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)  # The file is never open to others, not even for a moment.
    try:
        listener.bind(path)
    finally:
        os.umask(previous)
    return listener


def _bind_loopback(port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _remove_stale(path):
    """A killed worker leaves its socket's file, and bind would fail. Anything but a socket is not ours to remove."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise OSError("%s exists and is no socket" % path)
        os.unlink(path)
    except FileNotFoundError:
        pass
