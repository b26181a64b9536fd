"""Computes for 20 ms, then waits 20 ms, as for a database."""

import time

BODY = b"done\n"


def application(environ, start_response):
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
    time.sleep(0.02)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
