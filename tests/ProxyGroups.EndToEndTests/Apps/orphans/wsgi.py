"""Leaves orphans behind that end soon: as many as the query says. Answers with its own pid, as its namespace sees it."""
import os
import time


def application(environ, start_response):
    for number in range(int(environ["QUERY_STRING"] or 0)):
        if os.fork() == 0:
            if os.fork() == 0:
                time.sleep(0.02 * (number % 5))
            os._exit(0)
        os.wait()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
