"""Turns the head of a request into a WSGI environ (PEP 3333, "environ Variables"; RFC 3875 for the CGI names)."""

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
"""Characters of a method or a header name (RFC 9110 5.6.2)."""

_DROPPED = ""
_KEYS = {}
_KEYS_LIMIT = 2000
"""Header name as sent -> environ key, or _DROPPED. Bounded, since names come from outside."""

_FIELDS = {}
_FIELDS_LIMIT = 1000
_FIELD_LENGTH = 200
"""Header line as sent -> (environ key, value): clients and the front door say the same again and again.
Bounded in number and length, since lines come from outside."""

_KEPT = frozenset((
    "CONTENT_TYPE", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_CACHE_CONTROL", "HTTP_HOST", "HTTP_ORIGIN",
    "HTTP_PRIORITY", "HTTP_SEC_CH_UA", "HTTP_SEC_CH_UA_MOBILE", "HTTP_SEC_CH_UA_PLATFORM", "HTTP_SEC_FETCH_DEST",
    "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_USER", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PREFIX", "HTTP_X_FORWARDED_PROTO"))
"""Environ keys whose lines are remembered. Any other may be a secret, or another one each time."""

_SINGLE = frozenset(("HTTP_HOST", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"))
"""Said twice, these make two readers see two different requests (RFC 9112 3.2, 6.3), so they are refused."""

_HEX = {"%x" % high + "%x" % low: chr(high * 16 + low) for high in range(16) for low in range(16)}


class BadRequest(Exception):
    """The request cannot be read. `status` is the answer's status line."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


def base_environ(settings, errors, file_wrapper):
    """The part of the environ that all requests of this worker share."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": errors,
        "wsgi.multithread": settings.threads > 1,
        "wsgi.multiprocess": settings.multiprocess,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": file_wrapper,
        "SERVER_SOFTWARE": "ProxyGroups",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SCRIPT_NAME": "",
        "REMOTE_ADDR": "" if settings.socket else "127.0.0.1",
    }


def build(head, base):
    """Returns the environ of a request; `head` ends before the empty line. Raises BadRequest."""
    text = head.decode("latin-1")
    lines = text.split("\r\n")
    breaks = len(lines) - 1
    # A lone CR, a lone LF or a NUL means different things to different readers (RFC 9110 5.5).
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise BadRequest("400 Bad Request", "CR, LF or NUL inside a line")
    environ = base.copy()
    remaining = iter(lines)
    _read_request_line(next(remaining), environ)
    for line in remaining:
        key, value = _FIELDS.get(line) or _read_field(line)
        if key:
            environ[key] = _repeated(key, environ[key], value) if key in environ else value
    _add_server(environ)
    _add_forwarded(environ)
    return environ


def unquote(text):
    """Percent-decodes to the latin-1 form of the bytes (PEP 3333, "Unicode Issues"); a broken escape stays as it is."""
    if "%" not in text:
        return text
    first, *rest = text.split("%")
    return first + "".join([_unquote_piece(piece) for piece in rest])


def _unquote_piece(piece):
    char = _HEX.get(piece[:2].lower())
    return "%" + piece if char is None else char + piece[2:]


def _read_request_line(line, environ):
    try:
        method, target, protocol = line.split(" ")
    except ValueError:
        raise BadRequest("400 Bad Request", "malformed request line") from None
    if protocol != "HTTP/1.1" and protocol != "HTTP/1.0":
        raise BadRequest("505 HTTP Version Not Supported", "protocol is not HTTP/1.1") if protocol[:5] == "HTTP/" \
            else BadRequest("400 Bad Request", "malformed protocol in the request line")
    if method not in ("GET", "POST") and not (method and _TOKEN.issuperset(method)):
        raise BadRequest("400 Bad Request", "malformed method")
    environ["REQUEST_METHOD"] = method
    environ["REQUEST_URI"] = target
    environ["SERVER_PROTOCOL"] = protocol
    path, _, environ["QUERY_STRING"] = _path_and_query(target).partition("?")
    environ["PATH_INFO"] = unquote(path) if "%" in path else path


def _path_and_query(target):
    """The target without scheme and host, if it has them (RFC 9112 3.2.2). "OPTIONS *" asks about no path."""
    if target[:1] == "/":
        return target
    if target == "*":
        return ""
    scheme, found, rest = target.partition("://")
    if not found or scheme.lower() not in ("http", "https"):
        raise BadRequest("400 Bad Request", "malformed request target")
    cut = min([rest.find(mark) for mark in "/?" if mark in rest], default=len(rest))
    return rest[cut:] if rest[cut:cut + 1] == "/" else "/" + rest[cut:]


def _read_field(line):
    name, colon, value = line.partition(":")
    try:
        key = _KEYS[name]
    except KeyError:
        key = _learn(name)
    if not colon:
        raise BadRequest("400 Bad Request", "header line without a colon")
    field = key, value.strip(" \t")
    if len(line) <= _FIELD_LENGTH and key in _KEPT:
        if len(_FIELDS) >= _FIELDS_LIMIT:
            _FIELDS.clear()
        _FIELDS[line] = field
    return field


def _learn(name):
    if not name or not _TOKEN.issuperset(name):
        raise BadRequest("400 Bad Request", "malformed header name")
    key = _key(name)
    if len(_KEYS) < _KEYS_LIMIT:
        _KEYS[name] = key
    return key


def _key(name):
    """Environ key of a header. "X_Y" would collide with "X-Y"; "Proxy" would become HTTP_PROXY (httpoxy)."""
    upper = name.upper().replace("-", "_")
    if "_" in name or upper == "PROXY":
        return _DROPPED
    return upper if upper in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + upper


def _repeated(key, first, second):
    """One value for a repeated header (RFC 9110 5.3; RFC 6265 5.4 for Cookie)."""
    if key in _SINGLE:
        raise BadRequest("400 Bad Request", "repeated header " + key)
    return first + ("; " if key == "HTTP_COOKIE" else ",") + second


def _add_server(environ):
    proto = environ.get("HTTP_X_FORWARDED_PROTO")
    secure = proto is not None and proto.rpartition(",")[2].strip().lower() in ("https", "wss")
    if secure:
        environ["wsgi.url_scheme"] = "https"
        environ["HTTPS"] = "on"
    name, port = _split_port(environ.get("HTTP_HOST", ""))
    environ["SERVER_NAME"] = name or "localhost"
    environ["SERVER_PORT"] = port or ("443" if secure else "80")


def _add_forwarded(environ):
    """What the front door says about the client and the mount point; it has removed what the client said."""
    chain = environ.get("HTTP_X_FORWARDED_FOR")
    if chain:
        address, port = _split_port(chain.rpartition(",")[2].strip(" \t"))
        environ["REMOTE_ADDR"] = address.strip("[]")
        if port:
            environ["REMOTE_PORT"] = port
    prefix = environ.get("HTTP_X_FORWARDED_PREFIX")
    if prefix:
        path = unquote(prefix).strip("/")
        environ["SCRIPT_NAME"] = "/" + path if path else ""


def _split_port(text):
    """("host", "80") of "host:80"; brackets of IPv6 stay, and a bare IPv6 address has no port."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and host[-1:] != "]"):
        return text, ""
    return host, port if port.isdigit() else ""
