"""Waits 80 ms, as for a database, and computes for 20 ms."""

import time

BODY = b"done\n"


def application(environ, start_response):
    time.sleep(0.08)
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
