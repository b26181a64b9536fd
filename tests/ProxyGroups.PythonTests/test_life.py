"""The process: ready, threads, drain, signals, stack dumps, exit."""

import ast
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

from harness import PACKAGE, Client, Worker


class WithWorker(unittest.TestCase):
    threads = 2

    def worker(self, *arguments, **options):
        options.setdefault("threads", self.threads)
        worker = Worker(*arguments, **options)
        self.addCleanup(worker.close)
        return worker

    def begin(self, worker, fifo=None, target="/block"):
        """A request that is inside the application."""
        client = worker.connect()
        self.addCleanup(client.socket.close)
        client.send(b"GET %s?%s HTTP/1.1\r\nHost: a\r\n\r\n" % (target.encode(), (fifo or "").encode()))
        self.assertEqual("begun", worker.event())
        return client


def release(fifo):
    open(fifo, "wb").close()


class Start(WithWorker):
    def test_the_socket_is_private_and_a_stale_one_is_replaced(self):
        worker = self.worker()
        self.assertEqual(0o600, stat.S_IMODE(os.stat(worker.path).st_mode))
        worker.process.kill()
        worker.process.wait()
        self.assertTrue(os.path.exists(worker.path))
        other = self.worker(environment={"PROXYGROUPS_SOCKET": worker.path})
        with Client(worker.path) as client:
            self.assertEqual(b"hello", client.get("/hello").body)
        self.assertEqual(0, other.stop()[0])
        self.assertFalse(os.path.exists(worker.path))

    def test_the_file_of_a_successor_is_not_removed(self):
        worker = self.worker()
        os.rename(worker.path, worker.path + "2")
        with socket.socket(socket.AF_UNIX) as successor:
            successor.bind(worker.path)
            worker.stop()
            self.assertTrue(os.path.exists(worker.path))

    def test_the_process_that_the_application_sees(self):
        with self.worker().connect() as client:
            ours, arguments, first, foreign, outside_main = ast.literal_eval(client.get("/process").body.decode())
        self.assertEqual(["PROXYGROUPS_GENERATION", "PROXYGROUPS_GROUP", "PROXYGROUPS_RANK"], ours)
        self.assertEqual((["proxygroups"], True, [], True), (arguments, first, foreign, outside_main))

    def test_output(self):
        worker = self.worker()
        with worker.connect() as client:
            client.get("/print")
        worker.output.wait_for("to stdout \u20ac\n")
        worker.errors.wait_for("to wsgi.errors \u20ac\n")

    def test_an_abstract_notify_socket(self):
        name = "pg-test-%d" % os.getpid()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind("\0" + name)
            notify.settimeout(20)
            self.worker(environment={"NOTIFY_SOCKET": "@" + name}, wait=False)
            self.assertEqual(b"READY=1", notify.recv(100))

    def test_the_lifeline_is_inherited(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        self.addCleanup(os.close, write_end)
        os.set_inheritable(read_end, True)
        script = "import os,sys; fd=int(sys.argv[1]); assert os.get_inheritable(fd); print('kept')"
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "app.py"), "w") as file:
                file.write("import subprocess, sys\nsubprocess.run([sys.executable, '-c', %r, '%d'], close_fds=False, check=True)\n"
                           "raise SystemExit(0)\n" % (script, read_end))
            got = subprocess.run([sys.executable, PACKAGE, "wsgi"], cwd=folder, pass_fds=[read_end], capture_output=True, timeout=20,
                                 env=dict(os.environ, PROXYGROUPS_SOCKET=folder + "/s", PROXYGROUPS_THREADS="1", PROXYGROUPS_APP="app:x", PROXYGROUPS_LIFELINE_FD=str(read_end)))
        self.assertEqual(b"kept\n", got.stdout, got.stderr)

    def test_idle_memory(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "tiny.py"), "w") as file:
                file.write("def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'x']\n")
            tiny = self.worker("tiny:application", threads=4, directory=folder)
            with tiny.connect() as client:
                client.get("/")
            with open("/proc/%d/status" % tiny.process.pid) as status:
                kilobytes = [int(line.split()[1]) for line in status if line.startswith("VmRSS")][0]
        self.assertLess(kilobytes, 15000)


class Threads(WithWorker):
    threads = 3

    def test_never_more_than_the_threads_at_a_time(self):
        worker = self.worker()
        fifos = [worker.fifo("f%d" % number) for number in range(4)]
        clients = [self.begin(worker, fifo) for fifo in fifos[:3]]
        waiting = worker.connect()
        self.addCleanup(waiting.socket.close)
        waiting.send(b"GET /block?%s HTTP/1.1\r\nHost: a\r\n\r\n" % fifos[3].encode())
        release(fifos[0])
        self.assertEqual("released", worker.event())  # "begun" here would have been a fourth request.
        self.assertEqual(b"done", clients[0].answer().body)
        clients[0].socket.close()
        self.assertEqual("begun", worker.event())
        for fifo in fifos[1:]:
            release(fifo)
            self.assertEqual("released", worker.event())
        self.assertEqual(b"done", waiting.answer().body)

    def test_a_dead_connection_costs_no_thread(self):
        worker = self.worker()
        for _ in range(5):
            clients = []
            for _ in range(self.threads):
                client = worker.connect()
                client.send(b"POST /blockread HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
                self.assertEqual("begun", worker.event())
                clients.append(client)
            for client in clients:
                client.socket.close()
            for _ in clients:
                self.assertTrue(worker.event().startswith("gone the client went away"))
        fresh = [worker.connect() for _ in range(self.threads)]
        for client in fresh:
            self.assertEqual(b"hello", client.get("/hello").body)
        for client in fresh:
            client.socket.close()
        self.assertNotIn("Traceback", worker.stop()[1])

    def test_half_a_head_costs_no_thread(self):
        worker = self.worker()
        for data in (b"", b"GET", b"GET / HTTP/1.1\r\nA:", b"POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"):
            clients = [worker.connect() for _ in range(self.threads)]
            for client in clients:
                client.send(data)
                client.socket.close()
        fresh = [worker.connect() for _ in range(self.threads)]
        for client in fresh:
            self.assertEqual(b"hello", client.get("/hello").body)
            client.socket.close()
        self.assertEqual((0, ""), worker.stop())


class Drain(WithWorker):
    def test_an_idle_worker_ends_at_once(self):
        worker = self.worker()
        with worker.connect() as idle:
            idle.get("/hello")
            worker.signal(signal.SIGTERM)
            worker.await_state(b"STOPPING=1")
            self.assertTrue(idle.is_closed())
            self.assertEqual(0, worker.exit_code())
        self.assertEqual("", worker.errors.all())

    def test_sigint_is_the_same(self):
        worker = self.worker()
        worker.signal(signal.SIGINT)
        worker.await_state(b"STOPPING=1")
        self.assertEqual((0, ""), (worker.exit_code(), worker.errors.all()))

    def test_a_request_in_flight_ends_first(self):
        worker = self.worker()
        fifo = worker.fifo("f")
        busy = self.begin(worker, fifo)
        with worker.connect() as idle:
            idle.get("/hello")
            worker.signal(signal.SIGTERM)
            worker.await_state(b"STOPPING=1")
            self.assertTrue(idle.is_closed())
        self.assertRaises(OSError, worker.connect)
        self.assertIsNone(worker.process.poll())
        release(fifo)
        answer = busy.answer()
        self.assertEqual((b"done", "close"), (answer.body, answer.get("connection")))
        self.assertTrue(busy.is_closed())
        self.assertEqual(0, worker.exit_code())

    def test_requests_that_had_arrived_are_answered(self):
        """The only thread is busy, and two connections with a request each wait to be accepted."""
        worker = self.worker(threads=1)
        fifo = worker.fifo("f")
        busy = self.begin(worker, fifo)
        waiting = [worker.connect() for _ in range(2)]
        for client in waiting:
            client.send(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        worker.signal(signal.SIGTERM)
        worker.await_state(b"STOPPING=1")
        release(fifo)
        self.assertEqual(b"done", busy.answer().body)
        for client in waiting:
            answer = client.answer()
            self.assertEqual((b"hello", "close"), (answer.body, answer.get("connection")))
            self.assertTrue(client.is_closed())
            client.socket.close()
        self.assertEqual(0, worker.exit_code())

    def test_a_body_in_flight_is_still_read(self):
        worker = self.worker()
        with worker.connect() as client:
            client.send(b"POST /bodysum HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
            self.assertEqual("begun", worker.event())
            worker.signal(signal.SIGTERM)
            worker.await_state(b"STOPPING=1")
            client.send(b"def")
            self.assertEqual(b"6", client.answer().body)
        self.assertEqual(0, worker.exit_code())

    def test_a_second_signal_ends_at_once(self):
        worker = self.worker()
        busy = self.begin(worker, worker.fifo("f"))
        worker.signal(signal.SIGTERM)
        worker.await_state(b"STOPPING=1")
        self.assertIsNone(worker.process.poll())
        worker.signal(signal.SIGTERM)
        self.assertEqual(128 + signal.SIGTERM, worker.exit_code())
        self.assertTrue(busy.is_closed())

    def test_exit_hooks_run_and_threads_of_the_application_do_not_hold_it(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "hooks.py"), "w") as file:
                file.write("import atexit, sys, threading\natexit.register(print, 'hook ran')\nsys.stdout.write('no newline ')\n"
                           "threading.Thread(target=threading.Event().wait).start()\ndef application(e, s): pass\n")
            worker = self.worker("hooks:application", directory=folder)
            self.assertEqual(0, worker.stop()[0])
            self.assertEqual("no newline hook ran\n", worker.output.all())

    def test_many_drains_under_load_lose_no_accepted_request(self):
        """SIGTERM at a random moment of a request loop: each request is answered whole or not a byte of it."""
        for _ in range(10):
            worker = self.worker(threads=1)
            with worker.connect() as client:
                answered = 0
                while True:
                    if answered == 50:
                        worker.signal(signal.SIGTERM)
                    try:
                        client.send(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                    except OSError:
                        break
                    answer = client.answer()
                    self.assertEqual(b"hello", answer.body)
                    answered += 1
                    if answer.get("connection") == "close":
                        break  # What is sent after that may meet nobody (RFC 9112 9.6).
            self.assertEqual(0, worker.exit_code())


class Signals(WithWorker):
    def test_sigquit_dumps_all_stacks_and_the_worker_runs_on(self):
        worker = self.worker()
        fifo = worker.fifo("f")
        busy = self.begin(worker, fifo)
        worker.signal(signal.SIGQUIT)
        worker.errors.wait_for("in app_block")
        release(fifo)
        self.assertEqual(b"done", busy.answer().body)

    def test_sigquit_while_native_code_holds_the_interpreter_lock(self):
        worker = self.worker()
        fifo = worker.fifo("f")
        with worker.connect() as client:
            client.send(b"GET /native?%s HTTP/1.1\r\nHost: a\r\n\r\n" % fifo.encode())
            pipe = os.open(fifo, os.O_RDONLY)
            self.addCleanup(os.close, pipe)
            self.assertEqual(b"x", os.read(pipe, 1))  # Now the thread is inside the C function.
        worker.signal(signal.SIGQUIT)
        worker.errors.wait_for("in app_native")
        self.assertIsNone(worker.process.poll())

    def test_the_watchdog_hears_of_a_worker_until_native_code_holds_the_interpreter_lock(self):
        worker = self.worker(environment={"WATCHDOG_USEC": "300000"})
        for _ in range(3):
            worker.await_state(b"WATCHDOG=1")
        fifo = worker.fifo("f")
        with worker.connect() as client:
            client.send(b"GET /native?%s HTTP/1.1\r\nHost: a\r\n\r\n" % fifo.encode())
            pipe = os.open(fifo, os.O_RDONLY)
            self.assertEqual(b"x", os.read(pipe, 1))
            worker.notify.settimeout(2)
            with self.assertRaises(TimeoutError if sys.version_info >= (3, 10) else socket.timeout):
                while True:  # What was said before; then nothing for many periods.
                    worker.await_state(b"WATCHDOG=1")
            self.addCleanup(os.close, pipe)
            read = 1
            while read < 1 << 20:
                read += len(os.read(pipe, 1 << 16))
            worker.await_state(b"WATCHDOG=1")

    def test_a_forked_child_dies_of_sigterm(self):
        worker = self.worker()
        with worker.connect() as client:
            self.assertEqual(b"15", client.get("/forkterm").body)
            self.assertEqual(b"hello", client.get("/hello").body)
        self.assertEqual(0, worker.stop()[0])

    def test_a_forked_child_does_not_hold_a_connection_open(self):
        worker = self.worker()
        fifo = worker.fifo("f")
        with worker.connect() as client:
            answer = client.get("/forkhold?" + fifo)
            self.assertTrue(client.is_closed())
            self.assertFalse(answer.is_whole)
        self.assertTrue(int(worker.event()))
        release(fifo)


if __name__ == "__main__":
    unittest.main()
