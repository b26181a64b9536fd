"""Settings and loading: what an operator reads when a worker cannot start."""

import os
import subprocess
import sys
import tempfile
import unittest

from harness import PACKAGE, Worker


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="pg")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def run_worker(self, app="app:application", arguments=("wsgi",), **changes):
        variables = {"PATH": os.environ["PATH"], "PROXYGROUPS_SOCKET": os.path.join(self.folder, "s"), "PROXYGROUPS_THREADS": "2", "PROXYGROUPS_APP": app,
                     "PYTHONDONTWRITEBYTECODE": "1", **changes}
        got = subprocess.run([sys.executable, "-u", PACKAGE, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=20,
                             env={key: value for key, value in variables.items() if value is not None})
        return got.returncode, got.stderr

    def last_line(self, *arguments, code=3, **changes):
        got, errors = self.run_worker(*arguments, **changes)
        self.assertEqual(code, got, errors)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "s")))
        return errors.rstrip("\n").rpartition("\n")[2]


class Settings(Folder):
    def test_missing_and_wrong(self):
        for changes, text in (({"PROXYGROUPS_APP": None}, "PROXYGROUPS_APP is not set"), ({"PROXYGROUPS_THREADS": "0"}, "PROXYGROUPS_THREADS is '0'; it must be a number from 1"),
                              ({"PROXYGROUPS_THREADS": "four"}, "'four'"), ({"PROXYGROUPS_SOCKET": None}, "PROXYGROUPS_PORT is not set"),
                              ({"PROXYGROUPS_SOCKET": "/tmp/" + "x" * 103}, "has 108 bytes, a Unix socket's path may have 107"),
                              ({"PROXYGROUPS_SOCKET": "/nowhere/at/all"}, "No such file or directory")):
            self.assertIn(text, self.last_line(code=2, **changes))

    def test_a_file_that_is_no_socket_is_kept(self):
        self.file("precious", "data")
        self.assertIn("is no socket", self.last_line(code=2, PROXYGROUPS_SOCKET=os.path.join(self.folder, "precious")))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "precious")))

    def test_unknown_mode(self):
        self.assertIn("usage:", self.last_line("a:b", ("asgi",), code=1))


class Failures(Folder):
    def test_a_missing_dependency_names_the_interpreter(self):
        self.file("shop/__init__.py", "")
        self.file("shop/wsgi.py", "import django_that_is_not_here.core\napplication = None\n")
        line = self.last_line("shop.wsgi:application")
        self.assertIn("cannot import 'shop.wsgi': No module named 'django_that_is_not_here'. Set \"Python\" to the virtualenv that has it", line)
        self.assertIn(sys.executable + " -m pip install django_that_is_not_here", line)

    def test_the_traceback_comes_first(self):
        self.file("app.py", "def inner():\n    raise KeyError('SECRET_KEY')\ninner()\n")
        code, errors = self.run_worker()
        self.assertIn("Traceback (most recent call last)", errors)
        self.assertIn("in inner", errors)
        self.assertTrue(errors.endswith("cannot import 'app': KeyError: 'SECRET_KEY'. The traceback is above.\n"), errors)

    def test_a_missing_module_names_the_directory(self):
        line = self.last_line("shop.wsgi:application")
        self.assertIn("No module named 'shop' in " + os.path.realpath(self.folder), line)
        self.assertIn("Check \"Directory\"", line)

    def test_a_missing_file(self):
        self.assertIn("there is no such file in", self.last_line("passenger_wsgi.py:application"))

    def test_syntax_and_exit(self):
        self.file("app.py", "x = = 1\n")
        self.assertIn("line 1 is no valid Python", self.last_line())
        self.file("app.py", "raise SystemExit(4)\n")
        self.assertIn("it ended the process with exit(4)", self.last_line())

    def test_attributes(self):
        self.file("app.py", "from pathlib import Path\nclass Holder: pass\nholder = Holder()\nholder.inner = print\ndef app(e, s): pass\nnumber = 5\ndef broken(): raise ValueError('b')\ndef none(): pass\n")
        for attribute, text in (("aplication", "'app' has no attribute 'aplication'; did you mean 'app'"), ("number", "'number' in 'app' is of type int and cannot be called"),
                                ("holder.iner", "did you mean 'inner'?"), ("broken()", "broken() in 'app' failed: ValueError: b"), ("none()", "'none()' in 'app' is None and cannot be called"),
                                ("number()", "'number()' in 'app' is of type int"), ("make('x')", "is no attribute name"), ("app.", "is no attribute name")):
            self.assertIn(text, self.last_line("app:" + attribute))

    def test_without_an_attribute(self):
        self.file("app.py", "def main(e, s): pass\n")
        self.assertIn("'app' has neither 'application' nor 'app'", self.last_line("app"))


class Loads(Folder):
    CODE = "def make(name):\n    def app(environ, start_response):\n        start_response('200 OK', [('X', '1')])\n        return [name.encode()]\n    return app\n"

    def served(self, app):
        worker = Worker(app, directory=self.folder)
        try:
            with worker.connect() as client:
                return client.get("/").body.decode()
        finally:
            worker.close()

    def test_all_forms(self):
        self.file("pack/mod.py", self.CODE + "application = make('default')\nclass H: pass\nh = H()\nh.deep = make('dotted')\ndef create_app(): return make('factory')\n")
        for attribute, name in ((":application", "default"), ("", "default"), (":h.deep", "dotted"), (":create_app()", "factory")):
            self.assertEqual(name, self.served("pack.mod" + attribute))
            self.assertEqual(name, self.served("pack/mod.py" + attribute))

    def test_a_file_whose_name_is_no_module(self):
        self.file("my-site/run me.wsgi.py", self.CODE + "from neighbour import word\napplication = make(word)\n")
        self.file("my-site/neighbour.py", "word = 'beside'\n")
        self.assertEqual("beside", self.served("my-site/run me.wsgi.py:application"))

    def test_a_file_is_imported_once(self):
        self.file("passenger_wsgi.py", self.CODE + "import other\napplication = make(other.seen)\n")
        self.file("other.py", "import passenger_wsgi\nseen = passenger_wsgi.__name__\n")
        self.assertEqual("passenger_wsgi", self.served("passenger_wsgi.py"))

    def test_our_file_names_do_not_shadow_the_applications(self):
        names = ("settings", "application", "server", "connection", "response", "log", "notify", "body", "worker", "stream", "environ", "signals", "headers", "listener", "stacks", "mounts", "imports")
        for name in names:
            self.file(name + ".py", "here = __file__\n")
        self.file("app.py", self.CODE + "import os\n" + "".join("import %s\n" % name for name in names)
                  + "application = make(str(all(os.path.dirname(m.here) == os.getcwd() for m in [%s])))\n" % ", ".join(names))
        self.assertEqual("True", self.served("app:application"))

    def test_a_file_does_not_take_the_name_of_a_standard_module(self):
        self.file("sched.py", self.CODE + "application = make(__name__)\n")
        python_knows_its_modules = hasattr(sys, "stdlib_module_names")  # Since 3.10.
        self.assertEqual("_proxygroups_application" if python_knows_its_modules else "sched", self.served("sched.py"))


if __name__ == "__main__":
    unittest.main()
