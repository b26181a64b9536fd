"""A guestbook on SQLite: the sample with shared state.

Several processes and threads write to one file. Write-ahead logging lets readers go on while one writer works,
the busy timeout makes a second writer wait instead of fail, and every thread has a connection of its own.
"""

import fcntl
import html
import os
import sqlite3
import threading
import time
from urllib.parse import parse_qs, urlsplit

DATA = os.environ.get("GUESTBOOK_DATA") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
MAX_NAME, MAX_MESSAGE, MAX_BODY = 40, 500, 8 * 1024     # characters, characters, bytes
KEPT, SHOWN = 1000, 20                                  # the oldest messages make room
BUSY_SECONDS = 5.0

local = threading.local()


def application(environ, start_response):
    if environ.get("PATH_INFO", "") not in ("", "/"):
        return answer(start_response, "404 Not Found", "nothing here\n", "text/plain")
    if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        return answer(start_response, "200 OK", page(environ))
    if environ["REQUEST_METHOD"] == "POST":
        return post(environ, start_response)
    return answer(start_response, "405 Method Not Allowed", "GET or POST\n", "text/plain", [("Allow", "GET, HEAD, POST")])


def post(environ, start_response):
    if not same_origin(environ):
        return answer(start_response, "403 Forbidden", "This form was sent from another site.\n", "text/plain")
    if not environ.get("CONTENT_LENGTH", "").isdecimal():
        return answer(start_response, "411 Length Required", "Say how long the form is.\n", "text/plain")
    length = int(environ["CONTENT_LENGTH"])
    if length > MAX_BODY:
        return answer(start_response, "413 Content Too Large", "At most %d bytes.\n" % MAX_BODY, "text/plain")
    form = parse_qs(environ["wsgi.input"].read(length).decode("utf-8", "replace"), max_num_fields=10)
    name, message = clean(form, "name").replace("\n", " "), clean(form, "message")
    problem = ("Please write a message." if not message
               else "At most %d characters, please." % MAX_MESSAGE if len(message) > MAX_MESSAGE
               else "A shorter name, please." if len(name) > MAX_NAME else None)
    if problem:
        return answer(start_response, "422 Unprocessable Content", page(environ, name, message, problem))
    with connection() as database:      # one transaction
        added = database.execute("INSERT INTO messages (name, message, at) VALUES (?, ?, ?)",
                                 (name or "Somebody", message, int(time.time())))
        database.execute("DELETE FROM messages WHERE id <= ?", (added.lastrowid - KEPT,))
    # See other: reloading the page that follows does not post again.
    return answer(start_response, "303 See Other", "", "text/plain", [("Location", "./")])


def same_origin(environ):
    """Browsers say where a form comes from; a client that says nothing is none, and carries nobody's cookies."""
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site:
        return site == "same-origin"
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or urlsplit(origin).netloc == environ.get("HTTP_HOST", "")


def clean(form, field):
    text = form.get(field, [""])[-1].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c == "\n" or c.isprintable()).strip()


def answer(start_response, status, text, content_type="text/html", more=()):
    body = text.encode()
    start_response(status, [("Content-Type", content_type + "; charset=utf-8"), ("Content-Length", str(len(body))),
                            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), *more])
    return [body]


# --- the database --------------------------------------------------------------------------------------------------


def connection():
    """This thread's connection. Opened by the first request, never at import: SQLite connections do not survive fork."""
    if not hasattr(local, "connection"):
        os.makedirs(DATA, exist_ok=True)
        # Workers that start together take turns, because switching to WAL does not wait for the busy timeout.
        with open(os.path.join(DATA, "guestbook.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            opened = sqlite3.connect(os.path.join(DATA, "guestbook.sqlite3"), timeout=BUSY_SECONDS)
            opened.execute("PRAGMA journal_mode=WAL")
            opened.execute("PRAGMA synchronous=NORMAL")
            opened.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT,"
                           " name TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL)")
            opened.commit()
        local.connection = opened
    return local.connection


def read_messages(before):
    rows = connection().execute("SELECT id, name, message, at FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?",
                                (before, SHOWN + 1)).fetchall()
    return rows[:SHOWN], len(rows) > SHOWN


# --- the page ------------------------------------------------------------------------------------------------------


def page(environ, name="", message="", problem=""):
    before = parse_qs(environ.get("QUERY_STRING", "")).get("before", [""])[-1]
    rows, older = read_messages(int(before) if before.isdecimal() and len(before) < 18 else 2 ** 62)
    script_name = environ.get("SCRIPT_NAME", "")
    values = {
        "base": '<base href="%s/">' % html.escape(script_name) if script_name else "",
        "max_name": str(MAX_NAME), "max_message": str(MAX_MESSAGE),
        "problem": '<p class="problem" role="alert">%s</p>' % html.escape(problem) if problem else "",
        "older": '<p><a href="?before=%d">Older messages</a></p>' % rows[-1][0] if older else "",
        "messages": "".join(map(entry, rows)) or '<p class="soft">Nobody has written yet. Be the first!</p>',
        "worker": html.escape("Process group %s, worker %s, process %d, thread %s" % (
            os.environ.get("PROXYGROUPS_GROUP", "none"), os.environ.get("PROXYGROUPS_RANK", "0"), os.getpid(),
            threading.current_thread().name)),
        "name": html.escape(name), "message": html.escape(message),
    }
    pieces = PAGE.split("{{")           # split, not replaced: what people write may look like a placeholder
    return pieces[0] + "".join(values[key] + rest for key, rest in (piece.split("}}", 1) for piece in pieces[1:]))


def entry(row):
    number, name, message, at = row
    hue = sum(name.encode()) * 47 % 360
    return ('<article><div class="face" style="--hue:%d" aria-hidden="true">%s</div><div><h2>%s <time datetime="%s">%s</time></h2>'
            '<p>%s</p></div></article>') % (
        hue, html.escape(name[:1].upper()), html.escape(name), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        ago(time.time() - at), html.escape(message))


def ago(seconds):
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // length)
        if count >= 1:
            return "%d %s%s ago" % (count, unit, "" if count == 1 else "s")
    return "just now"


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Guestbook</title>{{base}}
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--bg:#f5f3ee;--card:#fffdf9;--ink:#24281f;--soft:#6a6f61;--line:#e0dccf;--accent:#3f7d3a}
@media(prefers-color-scheme:dark){:root{--bg:#12150f;--card:#1b1f17;--ink:#ebeee4;--soft:#9ea594;--line:#30362a;--accent:#8fd088}}
*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:42rem;background:var(--bg);color:var(--ink);
font:1rem/1.55 system-ui,"DejaVu Sans",sans-serif}h1{margin:0 0 1rem;font-size:1.7rem;letter-spacing:-.02em}
form{display:grid;gap:.7rem;padding:1.2rem;border:1px solid var(--line);border-radius:14px;background:var(--card)}
label{display:grid;gap:.2rem;font-size:.85rem;color:var(--soft)}input,textarea{padding:.55rem .7rem;border:1px solid var(--line);border-radius:8px;
background:var(--bg);color:var(--ink);font:inherit;width:100%}input:focus,textarea:focus{outline:2px solid var(--accent);border-color:transparent}
button{justify-self:start;padding:.5rem 1.2rem;border:0;border-radius:99px;background:var(--accent);color:var(--bg);font:inherit;font-weight:600;cursor:pointer}
article{display:flex;gap:.9rem;padding:1rem 0;border-bottom:1px solid var(--line)}article>div:last-child{min-width:0;flex:1}
article h2{margin:0;font-size:1rem}article p{margin:.15rem 0 0;white-space:pre-line;overflow-wrap:anywhere}time{margin-left:.4rem;font-size:.8rem;font-weight:400;color:var(--soft)}
.face{flex:none;display:grid;place-items:center;width:2.5rem;height:2.5rem;border-radius:50%;background:hsl(var(--hue) 55% 45%);color:#fff;font-weight:600}
.soft{color:var(--soft)}.problem{margin:0;color:#c0392b;font-weight:600}a{color:var(--accent)}
footer{margin-top:1.5rem;padding:1rem 1.2rem;border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:10px;background:var(--card);font-size:.92rem}
footer b{font-weight:600}code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88em}
</style></head><body>
<h1>Guestbook</h1>
<form method="post" action="./">{{problem}}
<label>Your name<input name="name" maxlength="{{max_name}}" autocomplete="nickname" value="{{name}}"></label>
<label>Your message<textarea name="message" rows="3" maxlength="{{max_message}}" required>{{message}}</textarea></label>
<button>Sign the book</button></form>
<main>{{messages}}</main>{{older}}
<footer><b>{{worker}}</b> answered, reading the one SQLite file that all workers share.<br>
Knobs: <code>Processes</code> 2, <code>Threads</code> 4, because reads overlap well but writes take turns, so a few slots suffice and a second
process keeps the book open while the first is replaced.</footer>
</body></html>
"""
