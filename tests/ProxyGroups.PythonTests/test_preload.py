"""The preloader: what may be forked, and that a forked worker is in nothing behind a plain one."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from harness import LIMIT, PACKAGE, Client, Output

APP = '''
import json, os, random, sys, uuid
import tool
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), **tool.facts()}).encode()]
'''

TOOL = '''
import gc, os, random, signal, sys
def facts():
    return {"shared": __file__, "random": random.random(), "gc": gc.isenabled(), "session": os.getsid(0), "cwd": os.getcwd(),
            "secret": os.environ.get("SECRET"), "path": sys.path, "ppid": os.getppid(),
            "descriptors": sorted(os.readlink("/proc/self/fd/%s" % name) for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/%s" % name))}
'''


def read_ready(notify):
    """What a process says that workers are forked from of what they have of it beyond plain ones, in bytes; a worker says 0."""
    ready, _, overhead = notify.recv(100).decode().partition("\nX_PROXYGROUPS_OVERHEAD=")
    assert ready == "READY=1", ready
    return int(overhead or 0)


class Preloader:
    """A preloader process and the orders to it."""

    def __init__(self, modules, preload, wait=True, app=None, python=sys.executable, **environment):
        self.folder = tempfile.mkdtemp(prefix="pg")
        for name, text in modules.items():
            self.file("lib/%s.py" % name, text)
        self.path = os.path.join(self.folder, "c.sock")
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(os.path.join(self.folder, "notify"))
        self.notify.settimeout(LIMIT)
        variables = {"PATH": os.environ["PATH"], "PYTHONPATH": os.path.join(self.folder, "lib"), "PROXYGROUPS_SOCKET": self.path, "PROXYGROUPS_PRELOAD": preload, "PROXYGROUPS_THREADS": "2", "PROXYGROUPS_APP": "app:application",
                     "NOTIFY_SOCKET": os.path.join(self.folder, "notify"), "PROXYGROUPS_WORKER": "mark.2147483647.", "PYTHONDONTWRITEBYTECODE": "1", **environment}
        part, directory = ("preload", "/") if app is None else ("preload-app", self.app("one", app))
        self.process = subprocess.Popen([python, "-u", PACKAGE, part], cwd=directory, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.errors, self.output = Output(self.process.stderr), Output(self.process.stdout)
        self.workers = []
        if wait:
            self.await_ready()

    def await_ready(self):
        self.overhead = read_ready(self.notify)

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def app(self, name, text=APP):
        self.file("%s/app.py" % name, text)
        return os.path.join(self.folder, name)

    def order(self, directory, **order):
        worker = Forked(self, directory, order)
        self.workers.append(worker)
        return worker

    def fork(self, directory, **order):
        worker = self.order(directory, **order)
        worker.begin()
        return worker

    def exit_code(self):
        return self.process.wait(LIMIT)

    def close(self):
        self.process.kill()
        self.process.wait(LIMIT)
        for worker in self.workers:
            worker.close()
        self.errors.close()
        self.output.close()
        self.notify.close()
        shutil.rmtree(self.folder)


class Forked:
    """One worker that was asked for: as the front door sees it."""

    def __init__(self, preloader, directory, order):
        self.path = os.path.join(preloader.folder, "w%d.sock" % len(preloader.workers))
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.path + ".notify")
        self.notify.settimeout(LIMIT)
        environment = {"PATH": os.environ["PATH"], "PROXYGROUPS_SOCKET": self.path, "PROXYGROUPS_THREADS": "2", "PROXYGROUPS_APP": "app:application", "NOTIFY_SOCKET": self.path + ".notify",
                       "PROXYGROUPS_WORKER": "mark.17.", "PYTHONDONTWRITEBYTECODE": "1", **order.pop("environment", {})}
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(LIMIT)
        self.connection.connect(preloader.path)
        (self.read_end, output), (errors_end, errors), (lifeline, self.lifeline), (gate, self.gate) = os.pipe(), os.pipe(), os.pipe(), os.pipe()
        data = json.dumps({"environment": environment, "directory": directory, "umask": None, "nice": 0, "limits": [], "mark": "mark.17.", **order}).encode()
        socket.send_fds(self.connection, [data[:100]], [output, errors, lifeline, gate])
        self.connection.sendall(data[100:])
        self.connection.shutdown(socket.SHUT_WR)
        for descriptor in (output, errors, lifeline, gate):
            os.close(descriptor)
        self.output, self.errors = Output(os.fdopen(self.read_end, "rb")), Output(os.fdopen(errors_end, "rb"))
        self.lines = self.connection.makefile("r")
        self.answer = self.lines.readline().rstrip("\n")
        self.pid = int(self.answer[4:]) if self.answer.startswith("pid ") else None

    def begin(self):
        assert self.pid is not None, self.answer
        os.write(self.gate, b"g")
        self.overhead = read_ready(self.notify)

    def facts(self):
        with Client(self.path) as client:
            return json.loads(client.get("/").body)

    def ended(self):
        """What the preloader says of the exit."""
        return self.lines.readline().rstrip("\n")

    def close(self):
        if self.pid is not None and not self.lines.closed:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.lines.close()
        self.connection.close()
        self.notify.close()
        for descriptor in (self.gate, self.lifeline):
            os.close(descriptor)
        self.output.close()
        self.errors.close()


class Preload(unittest.TestCase):
    def preloader(self, modules, preload="tool", **more):
        made = Preloader(modules, preload, **more)
        self.addCleanup(made.close)
        return made


CHUNKS = """
import ctypes
_libc = ctypes.CDLL(None)
_libc.malloc.restype = ctypes.c_void_p
_libc.malloc.argtypes = _libc.free.argtypes = [ctypes.c_size_t]
def allocate(size, number):
    return [_libc.malloc(size) for _ in range(number)]
_chunks = allocate(3000, 400)
SIZES = range(24, 1033, 16)  # Those that the C library keeps apart, seven of each.
_kept = [allocate(size, 14) for size in SIZES]
SMALL = [chunk for chunks in _kept for chunk in chunks[::2]]
for _chunk in _chunks[::2] + SMALL:
    _libc.free(_chunk)
"""

CHUNKS_APP = """
import json, sys
import chunks
FOLDERS = list(sys.path_importer_cache)
OWN = chunks.allocate(3000, 150)  # Here: threads have heaps of their own.
SMALL = set(chunks.SMALL).intersection(chunk for size in chunks.SIZES for chunk in chunks.allocate(size, 7))
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"shared": len([chunk for chunk in OWN if min(chunks._chunks) <= chunk <= max(chunks._chunks)]), "small": len(SMALL), "folders": FOLDERS}).encode()]
"""


class SharedPages(Preload):
    """What a worker needs for itself is not to be taken from among what it shares."""

    def setUp(self):
        self.subject = self.preloader({"chunks": CHUNKS}, "chunks")
        worker = self.subject.fork(self.subject.app("one", CHUNKS_APP))
        with Client(worker.path) as client:
            self.facts = json.loads(client.get("/").body)

    @unittest.skipUnless(hasattr(ctypes.CDLL(None), "mallinfo2"), "only the GNU C library tells where its heap ends")
    def test_what_is_free_on_the_heap_is_given_to_no_worker(self):
        self.assertEqual((0, 0), (self.facts["shared"], self.facts["small"]))

    def test_workers_know_the_folders_of_the_library_and_look_anew_in_all_others(self):
        self.assertIn(os.path.dirname(os.__file__), self.facts["folders"])
        self.assertNotIn(os.path.join(self.subject.folder, "lib"), self.facts["folders"])


class Workers(Preload):
    def setUp(self):
        self.subject = self.preloader({"tool": TOOL})
        self.first = self.subject.fork(self.subject.app("one"), environment={"SECRET": "one"})
        self.second = self.subject.fork(self.subject.app("two"), environment={"SECRET": "two"})

    def test_each_has_its_own_application_environment_and_directory(self):
        for worker, name in ((self.first, "one"), (self.second, "two")):
            facts = worker.facts()
            self.assertEqual((name, os.path.join(self.subject.folder, name), worker.pid), (facts["secret"], facts["cwd"], facts["pid"]))
            self.assertEqual(facts["cwd"], facts["path"][0])
            self.assertEqual(worker.pid, facts["session"], "it leads a session of its own")

    def test_what_was_preloaded_is_not_imported_again(self):
        self.assertEqual(os.path.join(self.subject.folder, "lib", "tool.py"), self.first.facts()["shared"])
        self.assertEqual(1, self.subject.errors.text().count("importing tool"))
        self.assertEqual("", self.first.errors.text())

    def test_random_numbers_differ_and_garbage_is_collected(self):
        first, second = self.first.facts(), self.second.facts()
        self.assertNotEqual(first["random"], second["random"])
        self.assertTrue(first["gc"])

    def test_no_descriptor_of_the_preloader_or_a_sibling_is_open(self):
        sockets = [name for name in self.second.facts()["descriptors"] if name.startswith("socket:")]
        self.assertLessEqual(len(sockets), 3, "its listener, its notify socket, the connection of this request")

    def test_the_mark_in_the_kernels_view_is_its_own(self):
        with open("/proc/%d/environ" % self.second.pid, "rb") as file:
            self.assertIn(b"PROXYGROUPS_WORKER=mark.17.", file.read())
        with open("/proc/%d/environ" % self.subject.process.pid, "rb") as file:
            self.assertIn(b"PROXYGROUPS_WORKER=mark.2147483647.", file.read())

    def test_exits_are_reported(self):
        os.kill(self.first.pid, signal.SIGKILL)
        self.assertEqual("exit 137", self.first.ended())
        os.kill(self.second.pid, signal.SIGTERM)
        self.assertEqual("exit 0", self.second.ended())

    def test_workers_outlive_their_preloader(self):
        self.subject.process.kill()
        self.subject.process.wait(LIMIT)
        self.assertEqual("", self.first.ended())
        self.assertEqual(self.first.pid, self.first.facts()["pid"])

    def test_a_preloader_that_is_asked_to_end_waits_for_its_workers(self):
        self.subject.process.send_signal(signal.SIGTERM)
        os.kill(self.first.pid, signal.SIGTERM)
        self.assertEqual("exit 0", self.first.ended())
        self.assertEqual("two", self.second.facts()["secret"])
        os.kill(self.second.pid, signal.SIGTERM)
        self.assertEqual("exit 0", self.second.ended())
        self.assertEqual(0, self.subject.exit_code())

    def test_nobody_opens_the_gate(self):
        waiting = self.subject.order(self.subject.app("three"))
        self.assertIsNotNone(waiting.pid)
        gate, waiting.gate = waiting.gate, os.open(os.devnull, os.O_RDONLY)
        os.close(gate)
        self.assertEqual("exit 0", waiting.ended())

    def test_the_umask_of_the_order(self):
        folder = self.subject.app("four", APP.replace("import tool", "import tool\nopen('made', 'w').close()"))
        self.subject.fork(folder, umask=0o027)
        self.assertEqual(0o640, os.stat(os.path.join(folder, "made")).st_mode & 0o777)

    def test_a_directory_that_is_gone(self):
        worker = self.subject.order("/nowhere/at/all")
        os.write(worker.gate, b"g")
        self.assertEqual("exit 70", worker.ended())
        self.assertIn("No such file or directory: '/nowhere/at/all'", worker.errors.all())

    def test_an_application_that_cannot_be_imported(self):
        worker = self.subject.order(self.subject.app("broken", "import nothing_of_this_name\n"))
        os.write(worker.gate, b"g")
        self.assertEqual("exit 3", worker.ended())
        self.assertIn("No module named 'nothing_of_this_name'", worker.errors.all())

    def test_signals_are_those_of_a_fresh_interpreter(self):
        with open("/proc/%d/status" % self.first.pid) as file:
            caught = int(next(line for line in file if line.startswith("SigCgt")).split()[1], 16)
        self.assertFalse(caught >> (signal.SIGCHLD - 1) & 1)

    def test_a_changed_module_is_noticed(self):
        self.subject.file("lib/tool.py", TOOL + "\n# another version\n")
        self.assertEqual("stale %s" % os.path.join(self.subject.folder, "lib", "tool.py"), self.subject.order(self.subject.app("one")).answer)

    def test_an_order_that_breaks_off_disturbs_nobody(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.subject.path)
            connection.sendall(b"{")
        self.assertEqual("three", self.subject.fork(self.subject.app("three"), environment={"SECRET": "three"}).facts()["secret"])


class RealNumpy(Preload):
    def test_its_random_numbers_differ(self):
        text = APP.replace("import tool", "import tool, numpy").replace('"pid": os.getpid()', '"pid": os.getpid(), "numpy": numpy.random.random()')
        subject = self.preloader({"tool": TOOL}, "numpy tool", OPENBLAS_NUM_THREADS="1")
        self.assertNotEqual(*(subject.fork(subject.app(name, text)).facts()["numpy"] for name in ("one", "two")))


class Shared(Preload):
    """Rows of the pitfalls of forking."""

    def test_two_applications_with_a_module_of_one_name(self):
        subject = self.preloader({"tool": TOOL})
        for name in ("one", "two"):
            subject.file("%s/views.py" % name, "name = %r\n" % name)
        text = APP.replace("import tool", "import tool, views").replace('"pid": os.getpid()', '"pid": os.getpid(), "views": views.name')
        self.assertEqual(["one", "two"], [subject.fork(subject.app(name, text)).facts()["views"] for name in ("one", "two")])

    def test_what_was_printed_before_the_fork_is_printed_once(self):
        subject = self.preloader({"tool": TOOL + "\nimport sys\nsys.stdout.write('half a line')\n"})
        worker = subject.fork(subject.app("one"))
        os.kill(worker.pid, signal.SIGTERM)
        self.assertEqual("", worker.output.all())
        subject.output.wait_for("half a line")

    def test_exit_hooks_run_once_in_each_worker_and_not_in_the_preloader(self):
        subject = self.preloader({"tool": TOOL + "\nimport atexit, os\natexit.register(lambda: print('bye from', os.getpid()))\n"})
        worker = subject.fork(subject.app("one"))
        os.kill(worker.pid, signal.SIGTERM)
        self.assertEqual("bye from %d\n" % worker.pid, worker.output.all())
        subject.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, subject.exit_code())
        self.assertEqual("", subject.output.all())

    def test_keys_of_multiprocessing_and_numpy_differ(self):
        numpy = "def seed():\n    global value\n    value = int.from_bytes(os.urandom(8), 'big')\nimport os\nvalue = 1\n"
        tool = TOOL + "\nimport multiprocessing.process, numpy.random\n"
        subject = self.preloader({"tool": tool, "numpy/__init__": "", "numpy/random": numpy})
        text = APP.replace("import tool", "import tool, numpy.random, multiprocessing.process as processes").replace(
            '"pid": os.getpid()', '"pid": os.getpid(), "key": processes.current_process().authkey.hex(), "numpy": numpy.random.value')
        first, second = (subject.fork(subject.app(name, text)).facts() for name in ("one", "two"))
        self.assertNotEqual(first["key"], second["key"])
        self.assertNotEqual(first["numpy"], second["numpy"])

    def test_random_numbers_of_uuid_and_ssl_and_secrets_differ(self):
        subject = self.preloader({"tool": TOOL + "\nimport secrets, ssl, uuid\nuuid.uuid1(), uuid.uuid4(), ssl.RAND_bytes(8), secrets.token_hex(8), random.SystemRandom().random()\n"})
        text = APP.replace("import tool", "import tool, ssl, secrets").replace('"pid": os.getpid()', '"pid": os.getpid(), "drawn": [uuid.uuid4().hex, ssl.RAND_bytes(8).hex(), secrets.token_hex(8), random.getrandbits(64)], "uuid1": [uuid.uuid1().hex for _ in range(100)]')
        first, second = (subject.fork(subject.app(name, text)).facts() for name in ("one", "two"))
        self.assertTrue(set(first["drawn"]).isdisjoint(second["drawn"]))
        self.assertTrue(set(first["uuid1"]).isdisjoint(second["uuid1"]))

    def test_logging_and_threads_work(self):
        subject = self.preloader({"tool": TOOL + "\nimport logging, threading, concurrent.futures\nlogging.basicConfig(level='INFO')\nlog = logging.getLogger('shop')\n"})
        text = APP.replace("start_response(", "tool.concurrent.futures.ThreadPoolExecutor(2).submit(tool.log.info, 'from a thread').result()\n    start_response(", 1)
        worker = subject.fork(subject.app("one", text))
        worker.facts()
        worker.errors.wait_for("INFO:shop:from a thread")

    def test_a_module_that_blocks_signals_hides_no_exit_and_no_end(self):
        subject = self.preloader({"bad": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"}, "bad")
        worker = subject.fork(subject.app("one", APP.replace("import tool\n", "").replace("**tool.facts()", "")))
        os.kill(worker.pid, signal.SIGKILL)
        self.assertEqual("exit 137", worker.ended())
        subject.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, subject.exit_code())

    def test_a_module_cannot_say_that_it_is_ready(self):
        subject = self.preloader({"bad": "import os\nprint(sorted(name for name in os.environ if name.startswith('PROXYGROUPS') or name == 'NOTIFY_SOCKET'), flush=True)\n"}, "bad")
        subject.output.wait_for("['PROXYGROUPS_APP', 'PROXYGROUPS_THREADS', 'PROXYGROUPS_WORKER']")

    def test_a_module_that_closes_the_standard_streams_takes_them_from_nobody(self):
        subject = self.preloader({"bad": "import os\nos.closerange(0, 3)\n"}, "bad")
        worker = subject.fork(subject.app("one", "import os, sys\nprint('said', flush=True)\nos.write(2, b'complained\\n')\n" + APP.replace("import tool\n", "").replace("**tool.facts()", "'input': os.readlink('/proc/self/fd/0')")))
        worker.output.wait_for("said")
        worker.errors.wait_for("complained")
        self.assertEqual("/dev/null", worker.facts()["input"])

    def test_an_order_of_garbage_disturbs_nobody(self):
        subject = self.preloader({"tool": TOOL})
        for garbage in (b"[" * 100_000, b"\xff", b"{}"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(LIMIT)
                connection.connect(subject.path)
                with open(os.devnull) as nothing:
                    socket.send_fds(connection, [garbage[:1]], [nothing.fileno()] * 4)
                connection.sendall(garbage[1:])
                connection.shutdown(socket.SHUT_WR)
                self.assertTrue(connection.makefile("r").readline().startswith("refused ") or garbage == b"{}")
        subject.fork(subject.app("one"))

    def test_a_thread_that_begins_after_the_import_forbids_the_fork(self):
        text = "import signal, threading, time\ndef begin(number, frame):\n    threading.Thread(target=time.sleep, args=(600,), daemon=True, name='late').start()\nsignal.signal(signal.SIGUSR1, begin)\n"
        subject = self.preloader({"bad": text}, "bad")
        subject.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + LIMIT
        while len(os.listdir("/proc/%d/task" % subject.process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual("unsafe 1 thread running (late)", subject.order(subject.app("one")).answer)

    def test_what_an_import_changes_of_the_process_is_the_preloaders_alone(self):
        text = "import locale, os\nos.chdir('/proc')\nos.umask(0o777)\nos.environ['SECRET'] = 'of the module'\nlocale.setlocale(locale.LC_ALL, 'C')\nbefore = locale.setlocale(locale.LC_ALL)\n"
        subject = self.preloader({"bad": text, "tool": TOOL}, "bad tool", LC_ALL="C.UTF-8")
        app = APP.replace("import tool", "import tool, locale").replace("**tool.facts()", "**tool.facts(), 'mask': os.umask(0), 'locale': locale.setlocale(locale.LC_CTYPE)")
        facts = subject.fork(subject.app("one", app), environment={"LC_ALL": "C.UTF-8"}).facts()
        self.assertEqual((os.path.join(subject.folder, "one"), None, 0o022, "C.UTF-8"), (facts["cwd"], facts["secret"], facts["mask"], facts["locale"]))

    def test_a_fork_that_fails_is_refused_with_its_reason(self):
        subject = self.preloader({"tool": TOOL + "\nimport errno, os\ndef fork():\n    raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))\nos.fork = fork\n"})
        self.assertEqual("refused fork: [Errno 12] Cannot allocate memory", subject.order(subject.app("one")).answer)

    def test_the_memory_of_what_was_preloaded_is_shared(self):
        subject = self.preloader({"tool": TOOL + "\nheld = [str(number) for number in range(200000)]\n"})
        worker = subject.fork(subject.app("one"))
        with open("/proc/%d/smaps_rollup" % worker.pid) as file:
            sizes = {line.split(":")[0]: int(line.split()[1]) for line in file if line.endswith("kB\n")}
        self.assertLess(sizes["Private_Dirty"], sizes["Rss"] / 3)

    def test_what_a_worker_allocates_copies_no_page_that_has_a_little_room(self):
        subject = self.preloader({"tool": HOLES})
        size = subject.fork(subject.app("one")).facts()["size"]
        self.assertLess(size, 4500, "50,000 blocks of 64 bytes take 3,200 kB")

    def test_workers_that_are_forked_one_after_the_other_share_what_the_preloader_looks_at_for_each(self):
        modules = {"part%d" % number: "beside = ['%s %d' % (__file__, number) for number in range(60)]\n" for number in range(400)}
        subject = self.preloader({"tool": TOOL, **modules}, preload="tool " + " ".join(modules))
        directory = subject.app("one")
        workers = [subject.fork(directory) for _ in range(4)]
        first, last = (self.private(worker.pid) for worker in (workers[0], workers[-1]))
        self.assertLess(first - last, 300, "400 paths lie in pages of their own")

    @staticmethod
    def private(pid):
        with open("/proc/%d/smaps_rollup" % pid) as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))


HOLES = '''
import os
held = [str(number) for number in range(200000)]
del held[::2]
def private():
    with open("/proc/self/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))
def facts():
    before = private()
    more = [str(number) for number in range(50000)]
    return {"size": private() - before}
'''

OF_APP = '''
import json, os, signal, sys
home, asked = os.getpid(), []
os.environ.setdefault("SET_BY_APP", "yes")
os.chdir("/")
signal.signal(signal.SIGUSR1, lambda number, frame: None)
def application(environ, start_response):
    asked.append("%s://%s%s?%s" % (environ["wsgi.url_scheme"], environ["HTTP_HOST"], environ["PATH_INFO"], environ["QUERY_STRING"]))
    start_response("200 OK", [])
    return [json.dumps({"pid": os.getpid(), "ppid": os.getppid(), "home": home, "asked": asked, "own": os.environ.get("SET_BY_APP"), "secret": os.environ.get("SECRET"),
                        "rank": os.environ.get("PROXYGROUPS_RANK"), "ours": [name for name in os.environ if name in ("PROXYGROUPS_SOCKET", "NOTIFY_SOCKET", "PROXYGROUPS_WARMUP")],
                        "cwd": os.getcwd(), "path": sys.path, "handles": callable(signal.getsignal(signal.SIGUSR1)), "threads": len(os.listdir("/proc/self/task"))}).encode()]
'''


class Application(Preload):
    """The application itself is imported, and warmed up, before workers are forked."""

    def of_app(self, text=OF_APP, *pages, **more):
        return self.preloader({}, "", app=text, PROXYGROUPS_WARMUP=json.dumps(pages), SECRET="one", **more)

    def fork(self, subject, rank="0"):
        return subject.fork(os.path.join(subject.folder, "one"), environment={"SECRET": "one", "PROXYGROUPS_RANK": rank})

    def test_workers_have_it_as_it_was_imported_and_differ_in_what_is_theirs(self):
        subject = self.of_app()
        workers = [self.fork(subject, rank) for rank in "01"]
        for rank, worker in enumerate(workers):
            facts = worker.facts()
            self.assertEqual((subject.process.pid, subject.process.pid, worker.pid), (facts["home"], facts["ppid"], facts["pid"]))
            self.assertEqual(("yes", "one", str(rank), [], "/", True), tuple(facts[name] for name in ("own", "secret", "rank", "ours", "cwd", "handles")))
            self.assertEqual(1, facts["path"].count(os.path.join(subject.folder, "one")))
        os.kill(workers[0].pid, signal.SIGTERM)
        self.assertEqual("exit 0", workers[0].ended())

    def test_pages_are_asked_for_once_and_before_the_fork(self):
        subject = self.of_app(OF_APP, "/a?b=c", "https://shop.example.com/%C3%A9", "http://other.example.com")
        asked = self.fork(subject).facts()["asked"]
        self.assertEqual(["http://localhost/a?b=c", "https://shop.example.com/\u00c3\u00a9?", "http://other.example.com/?"], asked[:3])
        self.assertEqual(4, len(asked))
        self.assertEqual(4, len(self.fork(subject).facts()["asked"]))

    def test_a_page_that_fails_is_logged_and_workers_are_forked_all_the_same(self):
        text = OF_APP.replace("    start_response(", "    if environ['PATH_INFO'] == '/bad':\n        raise SystemExit(7)\n    start_response('400 Bad Request' if environ['PATH_INFO'] == '/no' else ", 1).replace("' else \"200 OK\"", "' else '200 OK'")
        subject = self.of_app(text, "/bad", "/no")
        self.fork(subject).facts()
        self.assertIn("warming up /bad: the application failed", subject.errors.text())
        self.assertIn("warming up /no was answered 400 Bad Request. If the application answers", subject.errors.text())

    def test_forked_from_the_preloader_of_an_application_group(self):
        subject = self.preloader({"tool": TOOL + "\nfirst = os.getpid()\n"})
        text = OF_APP.replace("import json", "import tool, json").replace('{"pid"', '{"first": tool.first, "pid"')
        control = os.path.join(subject.folder, "second.sock")
        parent = subject.fork(subject.app("one", text), isForkParent=True, environment={"SECRET": "one", "PROXYGROUPS_SOCKET": control, "PROXYGROUPS_WARMUP": '["/"]'})
        subject.path, first = control, subject.path
        worker = self.fork(subject, "5")
        facts = worker.facts()
        self.assertEqual((subject.process.pid, parent.pid, parent.pid, "5", 2), (facts["first"], facts["home"], facts["ppid"], facts["rank"], len(facts["asked"])))
        self.assertLessEqual(facts["threads"], 4)
        with open("/proc/%d/environ" % worker.pid, "rb") as file:
            self.assertIn(b"PROXYGROUPS_WORKER=mark.17.", file.read())
        os.kill(parent.pid, signal.SIGTERM)
        self.assertEqual(worker.pid, worker.facts()["pid"])
        os.kill(worker.pid, signal.SIGTERM)
        self.assertEqual("exit 0", worker.ended())
        self.assertEqual("exit 0", parent.ended())
        subject.path = first

    def test_changed_code_of_the_application_is_noticed(self):
        subject = self.of_app()
        subject.app("one", OF_APP + "# another\n")
        self.assertEqual("stale %s" % os.path.join(subject.folder, "one", "app.py"), subject.order(os.path.join(subject.folder, "one")).answer)

    def refused(self, text, *pages, code=4, **more):
        subject = self.of_app(text, *pages, wait=False, **more)
        self.assertEqual(code, subject.exit_code(), subject.errors.text())
        return subject.errors.all()

    def test_what_forbids_the_fork_is_named_with_the_page(self):
        thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True, name='poller').start()\n"
        self.assertIn("importing app:application left 1 thread running (poller)", self.refused(OF_APP + thread))
        lazy = OF_APP.replace("    start_response(", "    exec(%r)\n    start_response(" % thread, 1)
        self.assertIn("warming up /slow left 1 thread running (poller)", self.refused(lazy, "/slow"))

    def test_hooks_are_called_before_the_process_is_judged_and_in_each_worker(self):
        hooks = ("import threading\nstop, called = threading.Event(), []\nthread = threading.Thread(target=stop.wait, name='poller')\nthread.start()\n"
                 "def before():\n    stop.set()\n    thread.join()\n    called.append('before')\ndef after():\n    called.append(os.getpid())\n")
        text = OF_APP.replace('{"pid"', '{"called": called, "pid"') + hooks
        subject = self.of_app(text, PROXYGROUPS_BEFORE_FORK="app:before", PROXYGROUPS_AFTER_FORK="app:after")
        for worker in (self.fork(subject), self.fork(subject)):
            self.assertEqual(["before", worker.pid], worker.facts()["called"])

    def test_hooks_that_fail(self):
        self.assertIn("BeforeFork failed: ZeroDivisionError: division by zero", self.refused(OF_APP + "def before():\n    1 / 0\n", code=3, PROXYGROUPS_BEFORE_FORK="app:before"))
        self.assertIn("AfterFork: 'app' has no attribute 'missing'", self.refused(OF_APP, code=3, PROXYGROUPS_AFTER_FORK="app:missing"))
        self.assertIn("importing app:application and calling BeforeFork left a connection", self.refused(
            OF_APP + "def before():\n    import socket\n    global held\n    held = socket.socketpair()\n", PROXYGROUPS_BEFORE_FORK="app:before"))
        subject = self.of_app(OF_APP + "def after():\n    1 / 0\n", PROXYGROUPS_AFTER_FORK="app:after")
        worker = subject.order(os.path.join(subject.folder, "one"))
        os.write(worker.gate, b"g")
        self.assertEqual("exit 3", worker.ended())
        self.assertIn("AfterFork failed: ZeroDivisionError", worker.errors.all())

    def test_a_database_of_sqlite_that_stays_open(self):
        self.assertIn("importing app:application left a connection open to the SQLite database /", self.refused(
            OF_APP.replace("home, asked", "import sqlite3\nheld = sqlite3.connect('data.db')\nheld.execute('create table t (x)')\nhome, asked")))

    def test_an_application_that_cannot_be_imported(self):
        self.assertIn("No module named 'nothing_of_this_name'", self.refused("import nothing_of_this_name\n", code=3))


class Exclusion(Preload):
    """A module that starts a thread when imported, and others that import it."""

    POLLS = "import threading, time\nrank = __import__('os').getpid()\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\ndef threads():\n    return threading.active_count()\n"
    LIBRARY = {"polls/__init__": POLLS, "polls/inner": "import polls\nhome = polls.rank\n"}

    def test_a_module_that_is_left_out_is_run_in_each_worker(self):
        tool = TOOL.replace("return {", "return {'polls': polls.rank, 'inner': inner.home, 'threads': polls.threads(), ") + "import polls\nfrom polls import inner\n"
        subject = self.preloader({"tool": tool, **self.LIBRARY}, PROXYGROUPS_PRELOAD_EXCLUDE="other polls")
        for worker in (subject.fork(subject.app("one")), subject.fork(subject.app("two"))):
            facts = worker.facts()
            self.assertEqual((worker.pid, worker.pid, subject.process.pid), (facts["polls"], facts["inner"], facts["ppid"]))
            self.assertGreater(facts["threads"], 1)

    def test_extension_modules_too(self):
        # One that lies in a file with every build, and that no interpreter loads at its start, whatever is installed for it.
        tool = TOOL.replace("return {", "return {'late': [early, type(_lsprof.Profiler()).__name__], ") + "import _lsprof\nearly = 'Profiler' in vars(_lsprof)\n"
        subject = self.preloader({"tool": tool}, PROXYGROUPS_PRELOAD_EXCLUDE="_lsprof")
        self.assertEqual([False, "Profiler"], subject.fork(subject.app("one")).facts()["late"])
        with open(os.path.join(subject.app("two"), "_lsprof.py"), "w") as own:
            own.write("class Own:\n    pass\nProfiler = Own\n")
        self.assertEqual([False, "Own"], subject.fork(os.path.join(subject.folder, "two")).facts()["late"])  # As where it was started plainly.

    def test_the_application_and_what_it_was_forked_from_leave_out_their_own(self):
        first = self.preloader({"tool": TOOL + "import polls\n", "beats": self.POLLS, **self.LIBRARY}, PROXYGROUPS_PRELOAD_EXCLUDE="polls")
        text = "import beats, polls\n" + APP.replace('"pid": os.getpid()', '"pid": os.getpid(), "ranks": [polls.rank, beats.rank]')
        control = os.path.join(first.folder, "app.sock")
        parent = first.fork(first.app("one", text), isForkParent=True, environment={
            "PROXYGROUPS_SOCKET": control, "PYTHONPATH": os.path.join(first.folder, "lib"), "PROXYGROUPS_PRELOAD_EXCLUDE": "beats"})
        own, first.path = first.path, control
        worker = first.fork(os.path.join(first.folder, "one"))
        self.assertEqual([worker.pid, worker.pid], worker.facts()["ranks"])
        self.assertEqual(parent.pid, worker.facts()["ppid"])
        first.path = own

    def test_content_that_is_needed_before_the_fork_forbids_it(self):
        for text in ("import polls\npolls.threads()\n", "from polls import threads\n", "try:\n    from polls.inner import home\nexcept ImportError:\n    pass\n", "from polls import inner, nothing\n"):
            with self.subTest(text):
                subject = self.preloader({"tool": text, **self.LIBRARY}, wait=False, PROXYGROUPS_PRELOAD_EXCLUDE="polls")
                self.assertEqual(5, subject.exit_code(), subject.errors.text())
                self.assertRegex(subject.errors.all(), "importing tool uses polls(.inner)? at once, which PreloadExclude leaves out\n$")
        app = self.preloader({}, "", app=APP.replace("import tool", "from decimal import Decimal"), wait=False, PROXYGROUPS_PRELOAD_EXCLUDE="decimal")
        self.assertEqual(5, app.exit_code())
        self.assertTrue(app.errors.all().endswith("importing app:application uses decimal at once, which PreloadExclude leaves out\n"))

    def test_one_that_fails_in_the_worker(self):
        subject = self.preloader({"tool": TOOL + "import bad\n", "bad": "1 / 0\n"}, PROXYGROUPS_PRELOAD_EXCLUDE="bad")
        worker = subject.order(subject.app("one"))
        os.write(worker.gate, b"g")
        self.assertEqual("exit 3", worker.ended())
        self.assertIn("PreloadExclude: bad fails in a worker: ZeroDivisionError: division by zero", worker.errors.all())


class Verdict(Preload):
    def refused(self, text, code=4, preload="good bad", **more):
        subject = self.preloader({"good": "", "bad": text}, preload, wait=False, **more)
        self.assertEqual(code, subject.exit_code(), subject.errors.text())
        return subject.errors.all()

    def test_threads(self):
        self.assertIn("importing bad left 1 thread running (poller)", self.refused("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True, name='poller').start()\n"))

    def test_native_threads(self):
        native = "import ctypes\nlibc = ctypes.CDLL(None)\nthread = ctypes.c_ulong()\nlibc.pthread_create(ctypes.byref(thread), None, libc.pause, None)\n"
        self.assertIn("importing bad left 1 thread running (native thread of ", self.refused(native))

    def test_a_thread_that_ends_is_none(self):
        subject = self.preloader({"good": "import threading, time\nthreading.Thread(target=time.sleep, args=(0.02,)).start()\n"}, "good")
        self.assertIn("importing good", subject.errors.text())

    def test_connections_and_listeners(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            self.assertIn("importing bad left a connection open to ('127.0.0.1', %d)" % port, self.refused("import socket\nheld = socket.create_connection(('127.0.0.1', %d))\n" % port))
        self.assertIn("importing bad left a listening socket open on ('127.0.0.1', ", self.refused("import socket\nheld = socket.create_server(('127.0.0.1', 0))\n"))

    def test_event_loops(self):
        self.assertIn("importing bad left ", self.refused("import asyncio\nloop = asyncio.new_event_loop()\n"))
        self.assertIn("importing bad left an event loop running", self.refused("import select\nheld = select.epoll()\n"))

    def test_locked_files(self):
        for lock in ("flock(held, fcntl.LOCK_EX)", "lockf(held, fcntl.LOCK_EX)"):
            self.assertRegex(self.refused("import fcntl, tempfile\nheld = tempfile.NamedTemporaryFile()\nfcntl.%s\n" % lock), "importing bad left a lock held on the file /")

    def test_an_interpreter_without_its_lock(self):
        self.assertIn("importing bad left a free-threaded interpreter running", self.refused("import sys\nsys._is_gil_enabled = lambda: False\n"))

    def test_children(self):
        self.assertIn("importing bad left a child process running (pid ", self.refused("import subprocess\nheld = subprocess.Popen(['sleep', '1'])\n"))

    def test_imports_that_fail(self):
        self.assertIn("bad cannot be imported: ValueError: no", self.refused("raise ValueError('no')\n", code=3))
        self.assertIn("bad cannot be imported: SystemExit: 7", self.refused("raise SystemExit(7)\n", code=3))
        self.assertIn("missing cannot be imported: ModuleNotFoundError: No module named 'missing'", self.refused("", code=3, preload="good missing"))

    def test_an_import_that_ends_the_interpreter_is_known_by_the_last_line(self):
        self.assertTrue(self.refused("import os\nos._exit(9)\n", code=9).endswith("proxygroups: importing bad\n"))

    def test_a_wrong_socket(self):
        self.assertIn("cannot start: ", self.refused("", code=2, PROXYGROUPS_SOCKET="/nowhere/at/all"))


if __name__ == "__main__":
    unittest.main()
