"""A worker below HTTP: it shows and sends the very bytes. `raw_worker.py SOCKET [PORT]`.

The request header X-Verb chooses what happens; without it the answer's body is the request's head as it came, followed by its decoded body.
"""
import json
import os
import signal
import socket
import sys
import threading

gate = threading.Lock()
counts = {"connections": 0, "maxConnections": 0, "requests": 0, "maxRequests": 0, "total": 0}
released = threading.Event()


def count(name, by):
    with gate:
        counts[name] += by
        most = "max" + name[0].upper() + name[1:]
        counts[most] = max(counts[most], counts[name])


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
    count("connections", 1)
    file = connection.makefile("rb")
    try:
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = file.readline()
                if not line:
                    return
                head += line
            count("requests", 1)
            try:
                with gate:
                    counts["total"] += 1
                if not answer(connection, file, head, headers_of(head)):
                    return
            finally:
                count("requests", -1)
    except OSError:
        pass
    finally:
        count("connections", -1)
        file.close()
        connection.close()


def answer(connection, file, head, fields):
    verb = fields.get("x-verb", "echo")
    visit(fields)
    if verb == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "die-after-body":
        read_body(file, fields)
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "upgrade":
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + fields["upgrade"].encode("latin-1") + b"\r\nX-Accept: yes\r\n\r\n")
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
    if verb == "hang":
        visit({})
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
            connection.sendall(ok(json.dumps(counts).encode()))
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
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
