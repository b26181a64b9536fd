"""Notes about the restaurant: any program that speaks HTTP can be a worker.

    python3 server.py --socket /path/to/socket      # what the front door runs, {socket} filled in
    python3 server.py --port 8000                   # by hand, on loopback

Nothing here knows of ProxyGroups but the line that names the worker. One thread serves one connection.
"""

import argparse
import html
import os
import re
import signal
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))


class Notes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"       # connections stay open
    server_version = "notes"
    wbufsize = -1                       # head and body leave in one write
    timeout = 300                       # seconds; longer than clients keep idle connections, so that they close first

    def do_GET(self):
        # Only names that were found at start are served, so no path can lead out of the folder.
        asked = unquote(urlsplit(self.path).path).strip("/")
        name = asked or "kitchen.md"
        found = name in NAMES
        text = read(os.path.join("notes", name)) if found else "# No such note\n\nThe cook has looked everywhere.\n"
        body = page(name, text, first=not asked).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.send_header("Connection", "close")     # else the unread body would pass for the next request
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def address_string(self):
        return self.client_address[0] if self.client_address else "socket"     # a Unix socket's client has no address

    def log_request(self, code="-", size="-"):
        pass                            # the front door logs requests


class Threaded(socketserver.ThreadingMixIn):
    daemon_threads = True               # idle connections do not hold up the end
    allow_reuse_address = True
    request_queue_size = 128


class SocketServer(Threaded, socketserver.UnixStreamServer):
    pass


class PortServer(Threaded, socketserver.TCPServer):
    pass


def main():
    parser = argparse.ArgumentParser(description="notes about the restaurant")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", metavar="PATH")
    where.add_argument("--port", type=int)
    options = parser.parse_args()
    if options.socket and os.path.exists(options.socket):
        os.unlink(options.socket)       # left by a worker that was killed
    server = SocketServer(options.socket, Notes) if options.socket else PortServer(("127.0.0.1", options.port), Notes)
    # shutdown() waits for the loop that this very thread runs, so it is called from another.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    with server:
        server.serve_forever(poll_interval=0.1)


# --- the page ------------------------------------------------------------------------------------------------------


def read(path):
    with open(os.path.join(HERE, path), encoding="utf-8") as file:
        return file.read()


def page(name, text, first):
    links = "".join('<a %shref="%s">%s</a>' % ('aria-current="page" ' if note == name else "", note, title)
                    for note, title in NAMES.items())
    worker = "Process group %s, worker %s, process %d, thread %s" % (
        os.environ.get("PROXYGROUPS_GROUP", "none"), os.environ.get("PROXYGROUPS_RANK", "0"), os.getpid(),
        threading.current_thread().name)
    note = render(text) if name.endswith(".md") or name not in NAMES else "<pre>%s</pre>" % html.escape(text)
    return (PAGE.replace("{worker}", html.escape(worker)).replace("{links}", links).replace("{kitchen}", KITCHEN)
            .replace("{first}", "true" if first else "false").replace("{note}", note))


def render(text):
    """Headings, lists, quotes, paragraphs; bold, code and links inside them. Escaped first, so notes hold no HTML."""
    blocks = []
    for block in re.split(r"\n\s*\n", html.escape(text, quote=False).strip()):
        lines = block.split("\n")
        if lines[0].startswith("#"):
            level = min(len(lines[0]) - len(lines[0].lstrip("#")), 3)
            blocks.append("<h%d>%s</h%d>" % (level, inline(lines[0].lstrip("# ")), level))
            lines = lines[1:]
        if lines and all(line.startswith(("- ", "  ")) for line in lines):
            items = re.split(r"\n- ", "\n".join(lines)[2:])
            blocks.append("<ul>%s</ul>" % "".join("<li>%s</li>" % inline(item) for item in items))
        elif lines and lines[0].startswith("&gt; "):
            blocks.append("<blockquote>%s</blockquote>" % inline(" ".join(line[5:] for line in lines)))
        elif lines:
            blocks.append("<p>%s</p>" % inline("\n".join(lines)))
    return "".join(blocks)


def inline(text):
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\[([^\]]+)\]\(([a-z0-9-]+\.(?:md|txt))\)", r'<a href="\2">\1</a>', text)


PAGE = read("page.html")
KITCHEN = read("kitchen.svg")
NAMES = {name: name.rsplit(".", 1)[0].replace("-", " ").capitalize()
         for name in sorted(os.listdir(os.path.join(HERE, "notes"))) if name.endswith((".md", ".txt"))}

if __name__ == "__main__":
    main()
