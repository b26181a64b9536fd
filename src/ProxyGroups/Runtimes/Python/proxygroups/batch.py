"""Busy slots that let whoever runs go on when a request wakes them: SCHED_BATCH (sched(7)), as long as it costs requests nothing.

By default a front door that hands requests to slot after slot loses its core to each of them at once, and comes back with cold caches: for small
requests that is more work than the request. The price is that a woken slot waits until whoever has the core stops, which is milliseconds
where others compute. So a slot does it while many requests come, and no more for a while once they wait for cores.
"""

import os
from time import monotonic  # Bound before an application can replace it.

LOOK_AFTER = 64
"""Requests of a slot from one look to the next."""

LONGEST_LOOK = 0.25
"""Seconds for so many requests: when they take longer there is little to gain."""

LONGEST_WAIT = 0.001
"""Seconds that a request of a batch slot may wait for a core, on average of a look."""

LATE_LOOKS = 2
"""In a row, before a slot takes it for more than chance."""

PAUSE = 10
"""Seconds by default policy after requests waited for longer."""


class BatchSlot:
    """The policy of the thread that it is made in and called by, and of what the application starts from there. It leaves alone what somebody chose: another policy, or a priority above the default."""

    def __init__(self):
        self._left = LOOK_AFTER
        self._looked = monotonic()
        self._late = 0
        self._not_before = 0.0
        self._waited = _waited()
        self._is_batch = False
        # An interpreter need not have the call, nor the kernel tell what it costs.
        self._may = hasattr(os, "sched_setscheduler") and self._waited is not None and os.getpriority(os.PRIO_PROCESS, 0) >= 0

    def served(self):
        """After each request."""
        self._left -= 1
        if self._left == 0:
            self._left = LOOK_AFTER
            if self._may:
                self._look()

    def _look(self):
        now, waited = monotonic(), _waited()
        if waited is None:
            return
        is_late = self._is_batch and waited - self._waited > LOOK_AFTER * LONGEST_WAIT
        self._late = self._late + 1 if is_late else 0
        if self._late == LATE_LOOKS:
            self._not_before = now + PAUSE
        is_batch = now - self._looked <= LONGEST_LOOK and now >= self._not_before
        self._looked, self._waited = now, waited
        if is_batch != self._is_batch:
            self._change(is_batch)

    def _change(self, is_batch):
        try:
            self._may = os.sched_getscheduler(0) == (os.SCHED_BATCH if self._is_batch else os.SCHED_OTHER)
            if self._may:
                os.sched_setscheduler(0, os.SCHED_BATCH if is_batch else os.SCHED_OTHER, os.sched_param(0))
                self._is_batch = is_batch
        except OSError:  # A sandbox that forbids it.
            self._may = False


def _waited():
    """Seconds that this thread has waited for a core (proc_pid_schedstat(5)), or None where the kernel does not tell."""
    try:
        with open("/proc/thread-self/schedstat", "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
