"""Busy slots that let whoever runs go on: which policy a slot has, and when."""

import os
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

from harness import LIMIT, Worker
from proxygroups import batch


class Slot:
    """A slot in the thread that uses this, with a clock of the test."""

    def __init__(self, waited=0.0):
        self.now, self.waited = 1000.0, waited
        self._patches = [mock.patch.object(batch, "monotonic", lambda: self.now), mock.patch.object(batch, "_waited", lambda: self.waited)]

    def __enter__(self):
        for patch in self._patches:
            patch.start()
        self._slot = batch.BatchSlot()
        return self

    def __exit__(self, *_):
        for patch in self._patches:
            patch.stop()

    def serve(self, requests, seconds=0.0, waiting=0.0):
        """So many requests, each of which takes `seconds` and waits for a core for `waiting`; returns the policy after them."""
        for _ in range(requests):
            self.now += seconds
            if waiting:
                self.waited += waiting
            self._slot.served()
        return os.sched_getscheduler(0)


class Policy(unittest.TestCase):
    def run(self, result=None):
        """In a thread of its own: a policy is a thread's."""
        thread = threading.Thread(target=super().run, args=(result,))
        thread.start()
        thread.join()

    def test_a_slot_is_batch_once_many_requests_came_in_a_short_time(self):
        with Slot() as slot:
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER - 1, 0.001))
            self.assertEqual(os.SCHED_BATCH, slot.serve(1, 0.001))

    def test_a_slot_with_few_or_long_requests_is_not(self):
        with Slot() as slot:
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER * 5, 0.01))

    def test_a_slot_is_batch_no_more_when_fewer_requests_come(self):
        with Slot() as slot:
            slot.serve(batch.LOOK_AFTER, 0.001)
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER, 0.01))
            self.assertEqual(os.SCHED_BATCH, slot.serve(batch.LOOK_AFTER, 0.001))

    def test_a_slot_whose_requests_wait_for_cores_is_not_for_a_while(self):
        with Slot() as slot:
            slot.serve(batch.LOOK_AFTER, 0.001)
            self.assertEqual(os.SCHED_BATCH, slot.serve(batch.LOOK_AFTER * 9, 0.003, waiting=0.0009))
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER * batch.LATE_LOOKS, 0.003, waiting=0.0011))
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER, 0.001))
            slot.now += batch.PAUSE
            slot.serve(batch.LOOK_AFTER, 0.001)  # They came slowly, with the pause among them.
            self.assertEqual(os.SCHED_BATCH, slot.serve(batch.LOOK_AFTER, 0.001))

    def test_one_late_look_is_chance(self):
        with Slot() as slot:
            slot.serve(batch.LOOK_AFTER, 0.001)
            for _ in range(3):
                slot.serve(batch.LOOK_AFTER, 0.003, waiting=0.002)
                self.assertEqual(os.SCHED_BATCH, slot.serve(batch.LOOK_AFTER, 0.003))

    def test_a_policy_that_the_application_chose_stays(self):
        with Slot() as slot:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            self.assertEqual(os.SCHED_IDLE, slot.serve(batch.LOOK_AFTER * 3, 0.001))

    def test_a_policy_that_the_application_chose_later_stays(self):
        with Slot() as slot:
            slot.serve(batch.LOOK_AFTER, 0.001)
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            self.assertEqual(os.SCHED_IDLE, slot.serve(batch.LOOK_AFTER * 3, 0.01))

    def test_a_slot_is_left_alone_where_the_system_forbids_it(self):
        with Slot() as slot, mock.patch.object(os, "sched_setscheduler", side_effect=PermissionError) as change:
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER * 3, 0.001))
            self.assertEqual(1, change.call_count)

    def test_a_slot_is_left_alone_where_the_interpreter_cannot_change_it(self):
        change = os.sched_setscheduler
        del os.sched_setscheduler
        self.addCleanup(setattr, os, "sched_setscheduler", change)
        with Slot() as slot:
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER * 3, 0.001))

    def test_a_slot_is_left_alone_where_the_system_does_not_tell_how_long_it_waits(self):
        with mock.patch("builtins.open", side_effect=FileNotFoundError):
            self.assertIsNone(batch._waited())
        with Slot(waited=None) as slot:
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER * 3, 0.001))

    def test_a_slot_stays_as_it_is_while_the_system_does_not_tell_how_long_it_waits(self):
        with Slot() as slot:
            slot.serve(batch.LOOK_AFTER, 0.001)
            slot.waited = None  # No descriptor is left, perhaps.
            self.assertEqual(os.SCHED_BATCH, slot.serve(batch.LOOK_AFTER, 0.01))

    def test_a_slot_with_a_raised_priority_is_left_alone(self):
        with mock.patch.object(os, "getpriority", return_value=-1), Slot() as slot:
            self.assertEqual(os.SCHED_OTHER, slot.serve(batch.LOOK_AFTER * 3, 0.001))

    def test_what_this_thread_waits_for_its_core_is_told(self):
        core = {min(os.sched_getaffinity(0))}
        os.sched_setaffinity(0, core)
        other = subprocess.Popen([sys.executable, "-c", "while True: pass"])  # On the same core.
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        before, end = batch._waited(), time.monotonic() + LIMIT
        while batch._waited() == before:
            self.assertLess(time.monotonic(), end)


class RealWorker(unittest.TestCase):
    def test_the_slots_of_a_busy_worker_become_batch(self):
        worker = Worker(threads=1)
        self.addCleanup(worker.close)
        end = time.monotonic() + LIMIT
        with worker.connect() as client:
            while os.SCHED_BATCH not in self.policies(worker):
                self.assertLess(time.monotonic(), end)
                for _ in range(batch.LOOK_AFTER):
                    self.assertEqual(b"hello", client.get("/hello").body)
        self.assertEqual(os.SCHED_OTHER, os.sched_getscheduler(worker.process.pid))

    @staticmethod
    def policies(worker):
        return [os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/%d/task" % worker.process.pid)]


if __name__ == "__main__":
    unittest.main()
