"""An application finds what lies beside it, whatever modules of that name its process has loaded for itself."""

import json
import os
import shutil
import tempfile

from harness import Client
from test_life import WithWorker
from test_preload import Preloader

NAMES = ("array", "bisect", "ctypes", "json", "mmap", "resource", "select", "socket", "weakref")
"""Some of these every worker has loaded before it comes to its application, and some are part of the interpreter."""

APP = '''
import %s, email, json.deeper
own = [name for name, module in sorted(globals().items()) if hasattr(module, "own")]
def application(environ, start_response):
    start_response("200 OK", [])
    return [" ".join(own + [email.__file__[-14:]]).encode()]
''' % ", ".join(NAMES)


class Precedence(WithWorker):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pg")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in NAMES:
            self.file("app/%s.py" % name, "own = True")
        os.remove(os.path.join(self.folder, "app", "json.py"))
        self.file("app/json/__init__.py", "own = True")
        self.file("app/json/deeper.py", "")
        self.file("app/email/template.txt", "")
        self.file("app/app.py", APP)
        self.directory = os.path.join(self.folder, "app")
        self.expected = self.plain({})
        self.assertIn("json", self.expected)

    def test_a_worker_that_tells_what_it_has_loaded(self):
        self.assertEqual(self.expected, self.plain({"PROXYGROUPS_REPORT_AFTER": "100"}))

    def test_a_worker_that_cannot_tell_since_PYTHONPATH_has_other_modules_of_the_names_that_it_needs(self):
        for name in ("array", "bisect", "mmap"):
            self.file("path/%s.py" % name, "raise ImportError('not yours')")
        self.file("app/app.py", "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'served']\n")
        environment = {"PYTHONPATH": os.path.join(self.folder, "path"), "PROXYGROUPS_REPORT_AFTER": "1"}
        subject = self.worker("app:application", directory=self.directory, environment=environment)
        self.assertEqual(["served"] * 3, [self.ask(subject.path) for _ in range(3)])

    def test_a_worker_of_several_applications(self):
        apps = json.dumps([["/", "app:application", self.directory]])
        self.assertEqual(self.expected, self.plain({"PROXYGROUPS_REPORT_AFTER": "100", "PROXYGROUPS_APPS": apps, "PROXYGROUPS_IMPORT_WAIT": "20000"}, self.folder))

    def test_a_forked_worker_and_a_process_that_is_forked_to_fork_its_workers(self):
        subject = self.preloader()
        self.assertEqual(self.expected, self.ask(subject.fork(self.directory).path))
        parent = subject.fork(self.directory, isForkParent=True, environment={"PROXYGROUPS_SOCKET": os.path.join(subject.folder, "app.sock"), "PROXYGROUPS_REPORT_AFTER": "100"})
        subject.path = parent.path = os.path.join(subject.folder, "app.sock")
        self.assertEqual(self.expected, self.ask(subject.fork(self.directory).path))

    def test_what_was_preloaded_keeps_what_it_needs(self):
        self.file("app/app.py", "import json, kept\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    return [kept.json.dumps([hasattr(json, 'own')]).encode()]\n")
        self.assertEqual("[true]", self.ask(self.preloader().fork(self.directory).path))

    def test_what_was_preloaded_from_there_stays(self):
        code = "import os, kept, held\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    return [repr([kept.pid, held.pid]).encode()]\n"
        subject = Preloader({"kept": "import os\npid = os.getpid()", "held/__init__": "import os\npid = os.getpid()", "app": code}, "kept held")
        self.addCleanup(subject.close)
        linked = os.path.join(self.folder, "linked")
        os.symlink(os.path.join(subject.folder, "lib"), linked)
        self.assertEqual(repr([subject.process.pid] * 2), self.ask(subject.fork(linked).path))

    def preloader(self):
        subject = Preloader({"kept": "import json"}, "kept json.decoder email.message")
        self.addCleanup(subject.close)
        return subject

    def plain(self, environment, directory=None):
        return self.ask(self.worker("app:application", directory=directory or self.directory, environment=environment).path)

    def ask(self, path):
        with Client(path) as client:
            return client.get("/").body.decode()

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
