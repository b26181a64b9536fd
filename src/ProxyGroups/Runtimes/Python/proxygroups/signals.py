"""SIGTERM and SIGINT: the first asks for a drain, the second ends the process at once."""

import os
import signal


class Signals:
    """Owns the two signals and the pipe on which the main thread waits.

    The pipe (signal.set_wakeup_fd) wakes the main thread whichever thread the kernel gave the signal to; a thread that
    has ended its work writes to it too. Create it in the main thread, after the application was imported, which may
    have set handlers of its own.
    """

    def __init__(self):
        self.is_stop_asked = False
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_restore)

    def wait(self):
        """Returns after a signal or a `wake`, sometimes without either; the caller looks at the state itself."""
        os.read(self._read_end, 512)

    def wake(self):
        try:
            os.write(self._write_end, b"\0")
        except BlockingIOError:
            pass  # Full: the main thread has enough reasons to wake.

    def _handle(self, number, frame):
        if self.is_stop_asked:
            os._exit(128 + number)
        self.is_stop_asked = True


def _restore():
    """A process that the application forks is no worker: terminate() must end it, and not speak to our pipe."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
