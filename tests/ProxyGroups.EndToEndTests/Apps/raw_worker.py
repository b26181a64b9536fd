"""A worker below HTTP: it shows and sends the very bytes. `raw_worker.py SOCKET [PORT]`.

The request header X-Verb chooses what happens; without it the answer's body is the request's head as it came, followed by its decoded body.
"""
import base64
import hashlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time

gate = threading.Lock()
most = {"pid": os.getpid(), "total": 0, "maxConnections": 0, "maxRequests": 0}
connections, requests = set(), set()
released = threading.Event()


def is_open(connection):
    """The other side has not closed it yet, whether or not its thread has noticed."""
    poll = select.poll()
    poll.register(connection, 0)
    return not poll.poll(0)


def enter(those, connection, name):
    with gate:
        those.add(connection)
        most[name] = max(most[name], sum(map(is_open, those)))


def leave(those, connection):
    with gate:
        those.discard(connection)


def headers_of(head):
    fields = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields.setdefault(name.strip().lower().decode("latin-1"), value.strip().decode("latin-1"))
    return fields


def read_body(file, fields):
    if "chunked" in fields.get("transfer-encoding", ""):
        body = b""
        while size := int(file.readline().split(b";")[0], 16):
            body += file.read(size)
            file.readline()
        while file.readline() not in (b"\r\n", b""):
            pass
        return body
    return file.read(int(fields.get("content-length", "0")))


def ok(body, more=b""):
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def visit(fields):
    """Notes in a file that all workers share that a request was seen."""
    if "x-file" in fields:
        with open(fields["x-file"], "a") as shared:
            shared.write(f"{os.getpid()}\n")


def serve(connection):
    file = connection.makefile("rb")
    try:
        while head := read_head(file):
            enter(requests, connection, "maxRequests")
            with gate:
                most["total"] += 1
            try:
                if not answer(connection, file, head, headers_of(head)):
                    return
            finally:
                leave(requests, connection)
    except (OSError, ValueError):
        pass  # the front door has left
    finally:
        leave(connections, connection)
        file.close()
        connection.close()


def read_head(file):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = file.readline()
        if not line:
            return b""
        head += line
    return head


def answer(connection, file, head, fields):
    verb = fields.get("x-verb", "echo")
    visit(fields)
    if verb == "sleep":
        time.sleep(0.05)
    if verb == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "die-after-body":
        read_body(file, fields)
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "upgrade":
        accept = base64.b64encode(hashlib.sha1((fields.get("sec-websocket-key", "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + fields["upgrade"].encode("latin-1") + b"\r\nSec-WebSocket-Accept: " + accept + b"\r\nX-Accept: yes\r\n\r\n")
        while data := file.read1(65536):
            connection.sendall(data)
        return False
    if verb == "events":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(3):
            event = b"data: %d\n\n" % number
            connection.sendall(b"%x\r\n" % len(event) + event + b"\r\n")
            released.wait()
            released.clear()
        connection.sendall(b"0\r\n\r\n")
        return True
    if verb == "respond":
        connection.sendall(read_body(file, fields))
        return fields.get("x-then") != "close"
    if verb == "answer":
        connection.sendall(base64.b64decode(fields["x-answer"]))
        return True
    if verb == "hang":
        released.wait()
        released.clear()
        connection.sendall(ok(b"released"))
        return True
    if verb == "endless":
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"e" * 1024 + b"\r\n")
    body = read_body(file, fields)
    if verb == "release":
        released.set()
        connection.sendall(ok(b""))
    elif verb == "counts":
        with gate:
            connection.sendall(ok(json.dumps(most).encode()))
    elif verb == "pid":
        connection.sendall(ok(b"%d" % os.getpid()))
    else:
        connection.sendall(ok(head + body))
    return True


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(512)
    while True:
        connection, _ = listener.accept()
        enter(connections, connection, "maxConnections")
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
