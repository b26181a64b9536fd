"""An app that takes two seconds to be imported."""

import time

time.sleep(2)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"at last\n"]
