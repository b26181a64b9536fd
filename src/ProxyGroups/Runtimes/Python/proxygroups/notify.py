"""Tells the front door how far we are: the sd_notify protocol (sd_notify(3))."""

import socket


class Notifier:
    """Sends states to one datagram socket. Without an address it does nothing.

    The socket stays open: an application that has used up its descriptors must not fall silent for that.
    """

    def __init__(self, address):
        # A leading "@" stands for the NUL byte of Linux's abstract names.
        self._address = "\0" + address[1:] if address and address[0] == "@" else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if address else None

    def ready(self, overhead=0):
        """`overhead`: of a process that workers are forked from, see overhead.py."""
        self._send(b"READY=1" + (b"\nX_PROXYGROUPS_OVERHEAD=%d" % overhead if overhead else b""))

    def stopping(self):
        self._send(b"STOPPING=1")

    def alive(self):
        self._send(b"WATCHDOG=1")

    def modules(self, loaded, others, code=(), size=0):
        """What library.loaded() says, or what a trial of modules has found (trial.py); `size` in bytes."""
        from . import library  # Most processes tell nothing of that kind.

        for name, values in (("LOADED", loaded), ("OTHERS", others), ("CODE", code)):
            for piece in library.pieces(values):
                self._send(("X_PROXYGROUPS_%s=%s" % (name, piece)).encode())
        self._send(b"X_PROXYGROUPS_MODULES=%d" % size)

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, state):
        if self._socket is None:
            return
        try:
            self._socket.sendto(state, self._address)
        except OSError:
            pass  # Nobody listens: the front door has gone or asks in another way. It decides, not we.
