"""Signs of life for the front door's watchdog: WATCHDOG=1 of the sd_notify protocol."""

import threading
from time import sleep  # Bound before an application can replace it.

BEATS_PER_PERIOD = 3
"""So that one late beat is not taken for none."""


class Heartbeat:
    """A thread of its own, there from the beginning, that beats once told to, as long as Python code can run at all.

    Requests that wait do not hold it up, and neither does an application that has used up its slots. What stops it is
    native code that keeps the interpreter lock: then no request can go on either, and the front door is to know.
    """

    def __init__(self, notifier, period):
        self._notifier = notifier
        self._pause = period / BEATS_PER_PERIOD
        self._begun = threading.Event()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def begin(self):
        self._begun.set()

    def _run(self):
        self._begun.wait()
        while True:
            self._notifier.alive()
            sleep(self._pause)
