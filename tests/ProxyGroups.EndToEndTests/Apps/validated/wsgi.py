"""An app that wsgiref.validate watches: it fails with 500 where the server or the app breaks PEP 3333."""
from wsgiref.validate import validator


def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    lines = iter(environ["wsgi.input"].readline, b"") if environ.get("HTTP_X_LINES") else []
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Lines", str(len(list(lines))))])
    return [f"{environ['REQUEST_METHOD']} {environ['SCRIPT_NAME']}|{environ['PATH_INFO']}|{environ['QUERY_STRING']}|{len(body)}".encode("latin-1")]


application = validator(app)
