"""Several applications in one worker: paths, imports that are slow, broken or in each other's way."""

import json
import os
import select

from harness import LIMIT, Worker
from test_start import Folder

SHOW = """
def %s(environ, start_response):
    start_response("200 OK", [])
    return [("%s|%%s|%%s" %% (environ["SCRIPT_NAME"], environ["PATH_INFO"])).encode("latin-1")]
"""


class Apps(Folder):
    def app(self, name, before="", folder=""):
        self.file(os.path.join(folder, name + ".py"), before + SHOW % ("application", folder + name))

    def slow(self, name):
        """An application whose import waits until the returned FIFO is written to."""
        fifo = os.path.join(self.folder, name + ".fifo")
        os.mkfifo(fifo)
        self.app(name, "open(%r).close()\n" % fifo)
        return fifo

    def start(self, apps, threads=2, import_wait=LIMIT * 1000, wait=True):
        """Apps as (path, application) or (path, application, folder)."""
        table = [(path, target, os.path.join(self.folder, *folder)) for path, target, *folder in apps]
        worker = Worker(threads=threads, directory=self.folder, wait=wait,
                        environment={"PROXYGROUPS_APPS": json.dumps(table), "PROXYGROUPS_IMPORT_WAIT": str(import_wait)})
        self.addCleanup(worker.close)
        return worker

    def ask(self, worker, target, headers=""):
        with worker.connect() as client:
            answer = client.get(target, headers)
        return answer.body.decode("latin-1") if answer.code == 200 else answer.code


class Paths(Apps):
    def test_the_longest_path_wins_at_the_borders_of_segments(self):
        for name in ("blog", "admin", "cafe"):
            self.app(name)
        worker = self.start((("/blog", "blog:application"), ("/blog/admin", "admin:application"), ("/caf\u00e9 x", "cafe:application")))
        for target, shown in (
                ("/blog", "blog|/blog|"), ("/blog/", "blog|/blog|/"), ("/blog/a/b", "blog|/blog|/a/b"), ("/blog//a", "blog|/blog|//a"),
                ("/blog?/x", "blog|/blog|"), ("/blogs", 404), ("/Blog", 404), ("/", 404), ("/x/blog", 404), ("//blog", 404), ("*", 404),
                ("/blog/admin", "admin|/blog/admin|"), ("/blog/admin/1", "admin|/blog/admin|/1"), ("/blog/administer", "blog|/blog|/administer"),
                ("/bl%6Fg/%61", "blog|/blog|/a"), ("/blog%2Fa", "blog|/blog|/a"), ("/blog/%C3%BC", "blog|/blog|/\u00c3\u00bc"),
                ("/caf%C3%A9%20x/y", "cafe|/caf\u00c3\u00a9 x|/y"), ("/caf%C3%A9%20xy", 404), ("/caf%E9%20x", 404)):
            self.assertEqual(shown, self.ask(worker, target), target)
        self.assertEqual("admin|/sites/blog/admin|/1", self.ask(worker, "/blog/admin/1", "X-Forwarded-Prefix: /sites\r\n"))

    def test_the_root_takes_what_no_other_path_matches(self):
        self.app("home")
        self.app("blog")
        worker = self.start((("/", "home:application"), ("/blog", "blog:application")))
        for target, shown in (("/", "home||/"), ("/blogs/x", "home||/blogs/x"), ("/blog/x", "blog|/blog|/x"), ("*", "home||")):
            self.assertEqual(shown, self.ask(worker, target), target)
        self.assertEqual("home|/sites|/y", self.ask(worker, "/y", "X-Forwarded-Prefix: /sites\r\n"))

    def test_a_path_of_no_application_is_logged_once_with_those_that_there_are(self):
        self.app("blog")
        worker = self.start((("/blog", "blog:application"), ("/wiki", "blog:application")))
        self.assertEqual([404, 404], [self.ask(worker, "/shop/1"), self.ask(worker, "/shop/2")])
        errors = worker.stop()[1]
        self.assertIn("GET /shop/1: nothing is mounted there, only at /blog, /wiki.", errors)
        self.assertNotIn("/shop/2", errors)


class Imports(Apps):
    def test_whatever_an_import_raises_the_error_id_of_the_answer_is_in_the_log(self):
        self.app("good")
        self.app("rude", "raise KeyboardInterrupt\n")
        worker = self.start((("/rude", "rude:application"), ("/good", "good:application")))
        with worker.connect() as client:
            error_id = client.get("/rude").body.decode("ascii").split()[-1]
        self.assertIn("/rude (error id %s): cannot import 'rude:application': it raised KeyboardInterrupt" % error_id, worker.stop()[1])

    def test_a_slow_import_holds_up_no_other_application(self):
        fifo = self.slow("slow")
        self.app("quick")
        worker = self.start((("/a-slow", "slow:application"), ("/quick", "quick:application")), import_wait=8000)
        self.assertIn("/a-slow is still being imported", worker.errors.wait_for("still being imported"))
        self.assertEqual("quick|/quick|/1", self.ask(worker, "/quick/1"))

        # Two threads: one request may wait, and the other thread stays free.
        with worker.connect() as one, worker.connect() as other:
            for client in (one, other):
                client.send(b"GET /a-slow/x HTTP/1.1\r\nHost: a\r\n\r\n")
            ready = select.select([one.socket, other.socket], [], [], LIMIT)[0]
            refused, waiting = (one, other) if ready == [one.socket] else (other, one)
            answer = refused.answer()
            self.assertEqual((503, "5"), (answer.code, answer.get("retry-after")))
            self.assertEqual(b"quick|/quick|/2", refused.get("/quick/2").body)
            open(fifo, "w").close()
            self.assertEqual(b"slow|/a-slow|/x", waiting.answer().body)
        self.assertEqual("slow|/a-slow|", self.ask(worker, "/a-slow"))

    def test_with_one_thread_nobody_waits(self):
        self.slow("slow")
        self.app("quick")
        worker = self.start((("/quick", "quick:application"), ("/slow", "slow:application")), threads=1, import_wait=8000)
        self.assertEqual([503, "quick|/quick|"], [self.ask(worker, "/slow"), self.ask(worker, "/quick")])

    def test_an_import_that_hangs_shows_where(self):
        self.slow("hanging")
        self.app("quick")
        worker = self.start((("/hanging", "hanging:application"), ("/quick", "quick:application")), import_wait=500)
        self.assertEqual([503, 503, "quick|/quick|"], [self.ask(worker, target) for target in ("/hanging", "/hanging", "/quick")])
        errors = worker.errors.wait_for("hanging.fifo')")
        self.assertIn("/hanging is not imported yet, and its requests wait no longer", errors)
        self.assertEqual(1, errors.count("hanging.py\", line 1"))

    def test_a_broken_import_leaves_the_others_alone(self):
        self.app("good")
        self.file("broken.py", "def inner():\n    raise KeyError('SECRET_KEY')\ninner()\n")
        worker = self.start((("/broken", "broken"), ("/good", "good")))
        with worker.connect() as client:
            bodies = [client.get("/broken/%d" % number).body.decode() for number in range(2)]
            self.assertEqual(503, client.get("/broken").code)
            self.assertEqual(b"good|/good|", client.get("/good").body)
        self.assertEqual(bodies[0], bodies[1])
        errors = worker.stop()[1]
        error_id = bodies[0].strip().rpartition(" ")[2]
        self.assertIn("/broken (error id %s): cannot import 'broken': KeyError: 'SECRET_KEY'" % error_id, errors)
        self.assertEqual(1, errors.count("in inner"))

    def test_without_any_application_the_worker_fails(self):
        self.file("broken.py", "raise KeyError('SECRET_KEY')\n")
        worker = self.start((("/a", "broken"), ("/b", "missing:app")), wait=False)
        self.assertEqual(3, worker.exit_code())
        errors = worker.errors.all()
        self.assertIn("KeyError: 'SECRET_KEY'", errors)
        self.assertIn("No module named 'missing' in " + self.folder, errors)
        self.assertTrue(errors.endswith("none of the applications at /a, /b can be imported; why is said above for each\n"), errors)

    def test_one_is_imported_after_the_other(self):
        events = "import socket, os\ndef event(text):\n    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:\n        s.sendto(text, os.environ['EVENTS'])\n"
        self.file("events.py", events)
        for name in ("one", "two"):
            self.app(name, "import events, time\nevents.event(b'%s begins')\nfor _ in range(100):\n    time.sleep(0)\nevents.event(b'%s ends')\n" % (name, name))
        worker = self.start((("/one", "one:application"), ("/two", "two:application")))
        self.assertEqual(["one begins", "one ends", "two begins", "two ends"], [worker.event() for _ in range(4)])


class Names(Apps):
    def test_each_has_its_own_directory(self):
        self.app("blog", folder="first")
        self.app("wiki", "import helper\n", folder="second")
        self.file("second/helper.py", "")
        worker = self.start((("/blog", "blog:application", "first"), ("/wiki", "wiki:application", "second")))
        self.assertEqual(["firstblog|/blog|", "secondwiki|/wiki|"], [self.ask(worker, "/blog"), self.ask(worker, "/wiki")])

    def test_files_of_one_name_are_two_applications(self):
        for folder in ("first", "second", "third"):
            self.app("wsgi", folder=folder)
        worker = self.start([("/" + folder, "wsgi.py:application", folder) for folder in ("first", "second", "third")])
        for folder in ("first", "second", "third"):
            self.assertEqual("%swsgi|/%s|" % (folder, folder), self.ask(worker, "/" + folder))

    def test_no_application_is_served_in_the_place_of_another(self):
        for folder in ("first", "second"):
            self.app("wsgi", folder=folder)
            self.file(folder + "/shop/__init__.py", "")
            self.app("web", folder=folder + "/shop")
        worker = self.start((("/a", "wsgi:application", "first"), ("/b", "wsgi:application", "second"),
                             ("/c", "shop.web:application", "first"), ("/d", "shop.web:application", "second")))
        self.assertEqual(["firstwsgi|/a|", 503, "first/shopweb|/c|", 503], [self.ask(worker, "/" + name) for name in "abcd"])
        errors = worker.stop()[1]
        self.assertIn("'wsgi' lies in %s/second, but the one that was imported is %s/first/wsgi" % (self.folder, self.folder), errors)
        self.assertIn("'shop' lies in %s/second, but the one that was imported is %s/first/shop" % (self.folder, self.folder), errors)


if __name__ == "__main__":
    import unittest

    unittest.main()
