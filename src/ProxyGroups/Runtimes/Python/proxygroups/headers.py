"""Checks and serialises what an application gives to start_response (PEP 3333, "The start_response() Callable")."""

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

_PLAIN, _LENGTH, _DROPPED, _REFUSED = range(4)
_DROPPED_NAMES = ("connection", "keep-alive", "proxy-connection")
"""Hop-by-hop hints about a connection that is not the client's. Many event-stream recipes set them; harmless to drop."""

_REFUSED_NAMES = ("transfer-encoding", "upgrade", "te", "trailer", "proxy-authenticate", "proxy-authorization")
"""Hop-by-hop headers that change what the bytes mean. PEP 3333, "Other HTTP Features", calls them a fatal error."""

_RULES = {}
_LINES = {}
_CACHE_LIMIT = 2000


def status_line(status):
    """The head's first line as text."""
    try:
        return _LINES[status]
    except (KeyError, TypeError):
        return _learn_status(status)


def serialise(line, headers):
    """Returns (head without the closing empty line, value of Content-Length or None). Raises ValueError or TypeError."""
    lines, length = [line], None
    try:
        for name, value in headers:
            try:
                rule = _RULES[name]
            except KeyError:
                rule = _learn_name(name)
            if rule != _PLAIN:
                if rule == _DROPPED:
                    continue
                length = _length(name, value, length, rule)
                continue
            lines.append(name + ": " + value)
        text = "\r\n".join(lines)
        breaks = len(lines) - 1
        if text.count("\n") == breaks and text.count("\r") == breaks and "\0" not in text:
            return text.encode("latin-1"), length
    except (TypeError, UnicodeEncodeError):
        pass
    raise _explain(headers)


def _learn_status(status):
    if not isinstance(status, str):
        raise TypeError("the status must be a str like '200 OK', not %s" % type(status).__name__)
    code, reason = status[:3], status[3:]
    if not (code.isascii() and code.isdigit() and len(code) == 3 and reason[:1] in ("", " ")):
        raise ValueError("the status must be like '200 OK', not %r" % status)
    if code < "200":
        raise ValueError("the status %r is no final answer; an application answers with 200 to 999" % status)
    if not (reason.isprintable() and _is_latin_1(reason)):
        raise ValueError("the status %r holds characters that HTTP does not allow" % status)
    line = "HTTP/1.1 " + code + (reason or " ")
    if len(_LINES) < _CACHE_LIMIT:
        _LINES[status] = line
    return line


def _learn_name(name):
    if not isinstance(name, str):
        raise TypeError
    if not name or not _TOKEN.issuperset(name):
        raise ValueError("%r is no header name" % name)
    rule = _rule(name.lower())
    if len(_RULES) < _CACHE_LIMIT:
        _RULES[name] = rule
    return rule


def _rule(name):
    if name == "content-length":
        return _LENGTH
    if name in _REFUSED_NAMES:
        return _REFUSED
    return _DROPPED if name in _DROPPED_NAMES else _PLAIN


def _length(name, value, known, rule):
    if rule == _REFUSED:
        raise ValueError("an application may not set the hop-by-hop header %r (PEP 3333); framing is the server's work"
                         % name)
    if not isinstance(value, str):
        raise TypeError
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise ValueError("Content-Length is %r; it must be a number" % value)
    if known is not None and known != int(value):
        raise ValueError("two different Content-Length headers: %d and %s" % (known, value))
    return int(value)


def _explain(headers):
    """The error that says which header is wrong; the fast way above only knows that one is."""
    for header in headers:
        if not isinstance(header, (tuple, list)) or len(header) != 2:
            return TypeError("a response header must be a (name, value) tuple, not %r" % (header,))
        for part in header:
            if not isinstance(part, str):
                return TypeError("name and value of a response header must be str, not %s: %r"
                                 % (type(part).__name__, header))
        name, value = header
        if any(char in value for char in "\r\n\0"):
            return ValueError("the value of response header %r holds CR, LF or NUL (header injection?)" % name)
        if not _is_latin_1(value):
            return ValueError("the value of response header %r holds characters outside latin-1: %s" % (name, ascii(value)))
    return TypeError("the response headers must be a list of (name, value) tuples of str")


def _is_latin_1(text):
    return all(char <= "\xff" for char in text)
