"""What a worker has loaded, which of it can be preloaded, and that nothing else is."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import venv

from harness import LIMIT, PACKAGE, RUNTIME, Output
from test_life import WithWorker
from test_preload import Preload, Preloader


SHOWS_RUN = sys.version_info[:2] == (3, 11)


def read_words(notify):
    """What comes until the last word, by its kind."""
    words = {"LOADED": [], "OTHERS": [], "CODE": []}
    while True:
        data = notify.recv(65536)
        assert len(data) <= 4096, len(data)
        name, _, value = data.decode().partition("=")
        if name == "X_PROXYGROUPS_MODULES":
            return {**words, "MODULES": int(value)}
        words[name[len("X_PROXYGROUPS_"):]].extend(value.split())


def read_report(notify):
    """(loaded, others, size)"""
    words = read_words(notify)
    return words["LOADED"], words["OTHERS"], words["MODULES"]


class Report(WithWorker):
    def test_after_so_many_requests_a_worker_tells_once_what_it_has_loaded(self):
        worker = self.worker(environment={"PROXYGROUPS_REPORT_AFTER": "3"})
        with worker.connect() as client:
            for _ in range(2):
                client.get("/hello")
            worker.notify.settimeout(0.2)
            self.assertRaises(TimeoutError, worker.notify.recv, 1)
            worker.notify.settimeout(LIMIT)
            client.get("/hello")
            loaded, others, size = read_report(worker.notify)
            self.assertIn("socket", loaded)
            self.assertLess(loaded.index("selectors"), loaded.index("socket"), "what a module needs comes before it")
            self.assertFalse({"apps", "__main__", "proxygroups", "proxygroups.worker", "sys"} & set(loaded))
            self.assertLessEqual({"apps", "test_body"}, set(others), "modules beside the application, loaded or not")
            self.assertFalse({"proxygroups", "socket"} & set(others))
            self.assertEqual(0, size)
            for _ in range(4):
                client.get("/hello")
        worker.signal(signal.SIGTERM)
        worker.await_state(b"STOPPING=1")

    def test_files_of_the_application_are_not_taken_for_what_the_report_needs(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        for name in ("mmap", "array", "bisect", "itertools", "weakref"):
            with open(os.path.join(folder, name + ".py"), "w") as file:
                file.write("raise Exception('an application does not run that it has not imported')")
        with open(os.path.join(folder, "app.py"), "w") as file:
            file.write("def application(environ, start_response):\n    start_response('204 No Content', [])\n    return []\n")
        worker = self.worker("app:application", directory=folder, environment={"PROXYGROUPS_REPORT_AFTER": "1"})
        worker.notify.settimeout(LIMIT)
        with worker.connect() as client:
            client.get("/")
            self.assertIn("socket", read_report(worker.notify)[0], worker.errors.text())

    def test_nobody_is_told_who_has_not_asked(self):
        worker = self.worker()
        with worker.connect() as client:
            for _ in range(101):
                client.get("/hello")
        worker.signal(signal.SIGTERM)
        worker.await_state(b"STOPPING=1")

    def test_many_names_come_in_pieces_that_fit(self):
        names = ["m%d" % number * 10 for number in range(1000)]
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(os.path.join(folder, "n"))
            notify.settimeout(LIMIT)
            code = "import sys; sys.path.insert(0, %r)\nfrom proxygroups.notify import Notifier\nNotifier(%r).modules(%r, ['a'], size=7)" % (RUNTIME, notify.getsockname(), names)
            process = subprocess.Popen([sys.executable, "-c", code])
            self.assertEqual((names, ["a"], 7), read_report(notify))
            process.wait(LIMIT)


class Library:
    """An interpreter whose site-packages are the test's."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pg")
        venv.create(self.folder)
        self.python = os.path.join(self.folder, "bin", "python")
        self.packages = os.path.join(self.folder, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")

    def add(self, modules):
        for name, text in modules.items():
            path = os.path.join(self.packages, *name.split("."))
            if text is None:
                os.makedirs(path)
                path = os.path.join(path, "__init__")
            with open(path + ".py", "w") as file:
                file.write(text or "")

    def find(self, names, others="", most=100_000_000, **environment):
        """What trial.find says, with a second's patience."""
        code = ("import sys; sys.path.insert(0, %r)\nfrom proxygroups import trial, exclusion\nexclusion.keep_out(%r)\ndel sys.path[0]\n"
                "trial._SECONDS_PER_IMPORT = 1\nprint(*trial.find(%r, %r, %d)[0])" % (RUNTIME, environment.pop("exclude", []), names.split(), others.split(), most))
        run = subprocess.run([self.python, "-c", code], cwd="/", capture_output=True, text=True, timeout=LIMIT, env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment})
        return run.stdout.strip(), run.stderr

    def close(self):
        shutil.rmtree(self.folder)


class WithLibrary(Preload):
    @classmethod
    def setUpClass(cls):
        cls.library = Library()
        cls.addClassCleanup(cls.library.close)
        cls.library.add({
            "good": "import better", "better": "", "pack": None, "pack.part": "import good",
            "fails": "import good\nraise RuntimeError('no settings')", "threads": "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True, name='poller').start()",
            "opens": "import socket\nkept = socket.socket()", "ends": "import os\nos._exit(0)", "dies": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "hangs": "import time\ntime.sleep(600)",
            "exits": "raise SystemExit(3)", "lies": "import os\nfor number in range(3, 20):\n    try: os.write(number, b'loaded better\\nfailed good no\\nsize 77\\nbegin evil\\n' * 3)\n    except OSError: pass\nraise ValueError",
            "fills": "import time\nheld = []\nwhile True:\n    held.append(bytearray(1 << 20))\n    time.sleep(0.001)",
            "wants": "from threads import x", "noisy": "print('not twice')",
        })

    def test_only_those_whose_import_is_needed_are_named_and_in_their_order(self):
        self.assertEqual("better pack good pack.part", self.library.find("better pack good pack.part")[0])
        self.assertEqual("good pack pack.part", self.library.find("good better pack pack.part")[0])
        self.assertEqual("pack.part", self.library.find("pack.part pack good better json os")[0].replace(" json", ""))

    def test_what_cannot_be_preloaded_is_left_out_and_told(self):
        for bad, reason in (("fails", "RuntimeError: no settings"), ("threads", "it left 1 thread running"), ("opens", "it left a socket open"), ("ends", "it ended the process"), ("dies", "it ended the process"),
                            ("hangs", "took more than 1 s"), ("fills", "it fills the memory"), ("exits", "SystemExit: 3"), ("missing", "No module named 'missing'"), ("wants", "cannot import name")):
            with self.subTest(bad):
                found, errors = self.library.find("good %s pack.part" % bad)
                self.assertEqual("good pack.part", found)
                self.assertIn("%s (" % bad, errors)
                self.assertIn(reason, errors)

    def test_what_comes_after_the_memory_is_used_up_is_left_out_and_nobody_is_blamed(self):
        self.library.add({"big%d" % number: "held = bytes(range(256)) * 40_000\nimport time\ntime.sleep(0.1)" for number in range(12)})
        names = " ".join("big%d" % number for number in range(12))
        found, errors = self.library.find("good %s pack" % names, most=80_000_000)
        self.assertTrue(found.startswith("good big0 big1 big2") and "big11" not in found and "pack" not in found, found)
        self.assertIn("(no memory is left for it)", errors)
        self.assertNotIn("fills the memory", errors)

    def test_many_that_fail_cost_one_more_try_and_two_that_spoil_it_two(self):
        self.assertEqual("good", self.library.find("fails exits missing threads opens ends wants good")[0])

    def test_a_module_that_writes_into_our_pipe_fools_nobody_into_more_than_was_asked(self):
        found, _ = self.library.find("good lies pack.part")
        self.assertLessEqual(set(found.split()), {"good", "better", "pack.part"})

    def test_what_a_module_prints_is_not_repeated(self):
        found, errors = self.library.find("noisy")
        self.assertEqual(("noisy", ""), (found, errors))

    def test_modules_that_are_excluded_are_not_run_and_those_that_need_them_are_left_out(self):
        found, errors = self.library.find("good wants threads", exclude=["threads"])
        self.assertIn("PreloadExclude", errors)
        self.assertNotIn("wants", found)

    def test_no_module_from_elsewhere_is_run(self):
        with tempfile.TemporaryDirectory() as lib:
            for name in ("evil", "better"):
                with open(os.path.join(lib, name + ".py"), "w") as file:
                    file.write("open(%r, 'w')" % os.path.join(lib, "ran"))
            os.symlink(os.path.join(lib, "evil.py"), os.path.join(self.library.packages, "linked.py"))
            self.addCleanup(os.remove, os.path.join(self.library.packages, "linked.py"))
            found, errors = self.library.find("evil linked better good pack", PYTHONPATH=lib)
            self.assertEqual("pack", found, "good imports better, which would be another one there")
            self.assertFalse(os.path.exists(os.path.join(lib, "ran")))
            self.assertIn("evil is no module of the interpreter's own library", errors)

    def test_a_name_that_means_something_else_to_an_app_is_not_loaded_by_anything(self):
        self.assertEqual("pack", self.library.find("good better pack", others="better")[0])

    def test_a_trial_as_the_front_door_starts_it(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(os.path.join(folder, "n"))
            notify.settimeout(LIMIT)
            self.library.add({"large": "data = ['x' * number for number in range(10000)]"})
            process = subprocess.Popen([self.library.python, "-u", PACKAGE, "trial"], cwd="/", stderr=subprocess.PIPE, env={
                "PATH": os.environ["PATH"], "NOTIFY_SOCKET": notify.getsockname(), "PROXYGROUPS_PRELOAD": "pack", "PROXYGROUPS_PRELOAD_EXCLUDE": "threads", "PROXYGROUPS_LEARNED": "large pack ../x threads.sub fails", "PROXYGROUPS_OTHERS": "app"})
            errors = Output(process.stderr)
            try:
                self.assertEqual(b"READY=1", notify.recv(100))
                loaded, others, size = read_report(notify)
            finally:
                process.kill()
                process.wait(LIMIT)
                errors.close()
            self.assertEqual((["large"], []), (loaded, others))
            self.assertGreater(size, 45_000_000)
            self.assertIn("of 3 modules these cannot be preloaded: fails (RuntimeError: no settings)", errors.text())

    def test_workers_are_forked_with_what_was_learned(self):
        subject = self.learned("good pack.part")
        worker = subject.fork(subject.app("one", FACTS))
        self.assertEqual({"pid": worker.pid, "found": True}, worker.facts())

    def test_a_forked_worker_tells_of_what_it_has_loaded_by_itself(self):
        for app in (None, LATER):
            subject = Preloader({}, "json", app=app, python=self.library.python, PROXYGROUPS_REPORT_AFTER="1")
            self.addCleanup(subject.close)
            worker = subject.fork(subject.app("one", LATER) if app is None else os.path.join(subject.folder, "one"), environment={"PROXYGROUPS_REPORT_AFTER": "1"})
            worker.facts()
            words = read_words(worker.notify)
            self.assertLessEqual({"decimal", "fractions"}, set(words["LOADED"]))
            self.assertEqual(app is not None, "json" in words["LOADED"], "of the process of its app everything")
            self.assertIn("app", words["OTHERS"])

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_a_forked_worker_tells_which_code_it_has_run_of_what_it_shares_and_of_the_rest(self):
        for app, pages in ((None, []), (LATER, []), (LATER, ["/"])):
            with self.subTest(app and pages):
                subject = Preloader({}, "json", app=app, python=self.library.python, PROXYGROUPS_REPORT_AFTER="1", PROXYGROUPS_WARMUP=json.dumps(pages))
                self.addCleanup(subject.close)
                worker = subject.fork(subject.app("one", LATER) if app is None else os.path.join(subject.folder, "one"), environment={"PROXYGROUPS_REPORT_AFTER": "1"})
                worker.facts()
                run = {}
                for word in read_words(worker.notify)["CODE"]:
                    run.setdefault(word.partition(":")[0], []).extend(map(int, word.partition(":")[2].split(",")))
                self.assertEqual(not pages, "fractions" in run, "the warm-up has run it, and the worker has not")
                self.assertIn(json.dumps.__code__.co_firstlineno, run["json"])
                self.assertNotIn(json.load.__code__.co_firstlineno, run["json"])

    def test_one_that_fails_by_now_costs_what_was_learned_and_nothing_else(self):
        for bad in ("fails", "threads", "evil"):
            with self.subTest(bad):
                subject = self.learned("good %s" % bad)
                subject.errors.wait_for("this process starts again without all that was learned")
                worker = subject.fork(subject.app("one", FACTS))
                self.assertEqual({"pid": worker.pid, "found": False}, worker.facts())
                self.assertFalse(os.path.exists(os.path.join(subject.folder, "ran")))
                worker.connection.close()

    def learned(self, names):
        subject = Preloader({}, "json", python=self.library.python, PROXYGROUPS_LEARNED=names, wait=False)
        self.addCleanup(subject.close)
        subject.file("lib/evil.py", "open(%r, 'w')" % os.path.join(subject.folder, "ran"))
        subject.await_ready()
        return subject


LATER = '''
import decimal, heapq, json, os
def application(environ, start_response):
    import fractions
    start_response("200 OK", [])
    return [json.dumps({"pid": os.getpid()}).encode()]
'''

FACTS = '''
import json, os, sys
found = "good" in sys.modules
def application(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps({"pid": os.getpid(), "found": found}).encode()]
'''
