"""GET: 10 MiB in pieces of 64 KiB. POST: reads all, answers with its size."""

PIECE = b"x" * 65536
PIECES = 160


def application(environ, start_response):
    if environ["REQUEST_METHOD"] == "POST":
        body = str(len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))).encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(PIECE) * PIECES))])
    return (PIECE for _ in range(PIECES))
