"""Starts a real worker process and speaks raw HTTP to it. Every wait is for an event and has a limit."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = os.path.normpath(os.path.join(HERE, "..", "..", "src", "ProxyGroups", "Runtimes", "Python"))
PACKAGE = os.path.join(RUNTIME, "proxygroups")
LIMIT = 20  # Seconds until a wait counts as failed; a good run needs milliseconds.

if RUNTIME not in sys.path:
    sys.path.insert(0, RUNTIME)


class Worker:
    """One worker process, in a directory of its own, with a notify socket and an event socket of the test."""

    def __init__(self, app="apps:route", threads=2, environment=(), directory=HERE, wait=True, port=None, python_flags=("-u",)):
        self.folder = tempfile.mkdtemp(prefix="pg")
        self.path = os.path.join(self.folder, "w.sock")
        self.notify = self._datagram("notify")
        self.events = self._datagram("events")
        self.port = port
        variables = dict(os.environ, NOTIFY_SOCKET=os.path.join(self.folder, "notify"), EVENTS=os.path.join(self.folder, "events"),
                         PROXYGROUPS_THREADS=str(threads), PROXYGROUPS_APP=app, PROXYGROUPS_GROUP="shop", PROXYGROUPS_RANK="0",
                         PROXYGROUPS_GENERATION="7", PROXYGROUPS_MULTIPROCESS="1", PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8")
        variables.update({"PROXYGROUPS_PORT": str(port)} if port else {"PROXYGROUPS_SOCKET": self.path})
        variables.update(environment)
        self.process = subprocess.Popen([sys.executable, *python_flags, PACKAGE, "wsgi"], cwd=directory, env=variables,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.errors, self.output = Output(self.process.stderr), Output(self.process.stdout)
        if wait:
            self.await_state(b"READY=1")

    def await_state(self, state):
        got = self.notify.recv(4096)
        assert got == state, (got, self.errors.text())

    def event(self):
        return self.events.recv(65536).decode()

    def fifo(self, name):
        path = os.path.join(self.folder, name)
        os.mkfifo(path)
        return path

    def connect(self):
        return Client(self.path, self.port)

    def signal(self, number):
        self.process.send_signal(number)

    def exit_code(self):
        return self.process.wait(LIMIT)

    def close(self):
        self.process.kill()
        self.process.wait(LIMIT)
        for output in (self.errors, self.output):
            output.close()
        self.notify.close()
        self.events.close()
        shutil.rmtree(self.folder)

    def stop(self):
        """A polite stop; returns the exit code and all of stderr."""
        self.signal(signal.SIGTERM)
        code = self.exit_code()
        return code, self.errors.all()

    def _datagram(self, name):
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind(os.path.join(self.folder, name))
        receiver.settimeout(LIMIT)
        return receiver


class Output:
    """Collects what a pipe gives, so that a test can wait for a text."""

    def __init__(self, pipe):
        self._pipe, self._data, self._ended, self._changed = pipe, b"", False, threading.Condition()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def text(self):
        return self._data.decode("utf-8", "replace")

    def all(self):
        self._thread.join(LIMIT)
        return self.text()

    def wait_for(self, text):
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.text(), LIMIT), "%r not in %r" % (text, self.text())
        return self.text()

    def close(self):
        self._thread.join(LIMIT)
        self._pipe.close()

    def _collect(self):
        while True:
            piece = os.read(self._pipe.fileno(), 65536)
            with self._changed:
                self._data += piece
                self._changed.notify_all()
            if not piece:
                return


class Answer:
    """status, headers (in order), body, whether the body came whole, and the head as sent."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.protocol, self.status = lines[0].split(" ", 1)
        self.code = int(self.status[:3])
        self.headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
        self.body, self.is_whole, self.pieces = b"", True, []

    def get(self, name):
        values = [value for key, value in self.headers if key.lower() == name]
        return values[0] if values else None


class Client:
    """One connection, reading with a buffer of its own: an independent reading of RFC 9112, strict about framing."""

    def __init__(self, path, port=None):
        self.socket = socket.socket(socket.AF_INET if port else socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        try:
            self.socket.connect(("127.0.0.1", port) if port else path)
        except OSError:
            self.socket.close()
            raise
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def get(self, target, headers="", method="GET", body=b""):
        self.send(("%s %s HTTP/1.1\r\nHost: shop.example.com\r\n%s\r\n" % (method, target, headers)).encode("latin-1") + body)
        return self.answer(method)

    def post(self, target, body, headers=""):
        return self.get(target, "Content-Length: %d\r\n%s" % (len(body), headers), "POST", body)

    def answer(self, method="GET"):
        head = self._until(b"\r\n\r\n")
        assert head is not None, "no answer"
        answer = Answer(head)
        if method == "HEAD" or answer.code in (204, 304) or answer.code < 200:
            return answer
        if answer.get("transfer-encoding"):
            assert answer.get("content-length") is None
            self._chunks(answer)
        elif answer.get("content-length") is not None:
            self._counted(answer, int(answer.get("content-length")))
        else:
            answer.body = self._rest()
        return answer

    def is_closed(self):
        """Waits for the end of the connection; False if a byte comes instead."""
        try:
            return not self.data and not self.socket.recv(1)
        except ConnectionError:
            return True

    def _more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionError:
            piece = b""
        self.data += piece
        return bool(piece)

    def _until(self, mark):
        while mark not in self.data:
            if not self._more():
                return None
        found, _, self.data = self.data.partition(mark)
        return found

    def _take(self, count):
        while len(self.data) < count and self._more():
            pass
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def _counted(self, answer, count):
        answer.body = self._take(count)
        answer.is_whole = len(answer.body) == count

    def _chunks(self, answer):
        while True:
            line = self._until(b"\r\n")
            if line is None:
                answer.is_whole = False
                break
            size = int(line, 16)
            piece = self._take(size)
            end = self._take(2)
            if len(piece) != size or end != b"\r\n":
                answer.is_whole = False
                break
            if not size:
                break
            answer.pieces.append(piece)
        answer.body = b"".join(answer.pieces)

    def _rest(self):
        while self._more():
            pass
        rest, self.data = self.data, b""
        return rest
