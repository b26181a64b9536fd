"""A WSGI app that does what apps should not. The query's word after ? is its argument."""
import os
import re
import signal
import subprocess
import time

leaked = []


def application(environ, start_response):
    verb = environ["PATH_INFO"].strip("/")
    argument = environ["QUERY_STRING"]
    headers = [("Content-Type", "text/plain")]
    if verb == "refuse":
        start_response("413 Request Entity Too Large", headers)
        return [b"too large for me"]
    if verb == "sleep":
        time.sleep(float(argument))
    if verb == "hang":
        open(argument, "w").close()  # it has arrived
        time.sleep(100)
    if verb == "say":
        print(argument, flush=True)
    if verb == "leak":
        leaked.append(bytearray(os.urandom(1)) * (int(argument) << 20))
    if verb == "stuck":
        # One call in native code that never lets go of the interpreter lock.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        re.match(r"(a+)+$", "a" * 60 + "b")
    if verb == "fork":
        child = os.fork()
        if child == 0:
            os.setsid() if argument == "setsid" else None
            time.sleep(1000)
            os._exit(0)
        start_response("200 OK", headers)
        return [str(child).encode()]
    if verb == "shell":
        child = subprocess.Popen(["sh", "-c", "sleep 1000; true"])
        start_response("200 OK", headers)
        return [str(child.pid).encode()]
    if verb == "until":
        start_response("200 OK", headers)
        return until(argument)
    if verb == "read":
        length = 0
        while part := environ["wsgi.input"].read(65536):
            length += len(part)
        start_response("200 OK", headers)
        return [str(length).encode()]
    if verb == "bytes":
        start_response("200 OK", headers)
        return (b"b" * 65536 for _ in range(int(argument) // 65536))
    start_response("200 OK", headers)
    return [str(os.getpid()).encode()]


def until(file):
    """Goes on when the file is there."""
    yield b"begun\n"
    while not os.path.exists(file):
        time.sleep(0.01)
    yield b"finished\n"
