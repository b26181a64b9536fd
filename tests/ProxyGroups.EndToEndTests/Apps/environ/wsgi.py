"""Shows the environ that an app gets."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["\n".join(["", *(f"{name}={value!r}" for name, value in sorted(environ.items()) if isinstance(value, str)), ""]).encode()]
