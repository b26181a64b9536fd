"""Upload and download of any size: the streaming sample.

Bytes pass through in pieces of 64 KiB, up and down, so a worker needs the same memory for a kilobyte and for
ten gigabytes. A transfer holds one thread for as long as the client's line takes.
"""

import hashlib
import html
import json
import os
import random
import resource
import sys
import threading
import time
from urllib.parse import parse_qs

PIECE = 64 * 1024               # bytes
MAX_DOWNLOAD_MIB = 10 * 1024
NOISE = random.Random(1).randbytes(PIECE)       # no zeros, lest something on the way compresses the test away


def application(environ, start_response):
    path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
    if path in ("", "/") and method in ("GET", "HEAD"):
        return answer(start_response, "200 OK", "text/html", page(environ))
    if path == "/upload" and method in ("POST", "PUT"):
        return receive(environ, start_response)
    if path == "/download" and method in ("GET", "HEAD"):
        return send(environ, start_response)
    return answer(start_response, "404 Not Found", "text/plain", "nothing here\n")


def answer(start_response, status, content_type, text):
    body = text.encode()
    start_response(status, [("Content-Type", content_type + "; charset=utf-8"), ("Content-Length", str(len(body))),
                            ("Cache-Control", "no-store")])
    return [body]


def receive(environ, start_response):
    """Reads the raw body (no form encoding), keeps nothing of it, and tells its size and SHA-256."""
    length = environ.get("CONTENT_LENGTH", "")
    expected = int(length) if length.isdecimal() else None
    if expected is None and not environ.get("wsgi.input_terminated"):
        return answer(start_response, "411 Length Required", "text/plain", "Say how long the body is.\n")
    started, digest, size = time.monotonic(), hashlib.sha256(), 0
    while expected is None or size < expected:
        piece = environ["wsgi.input"].read(PIECE if expected is None else min(PIECE, expected - size))
        if not piece:
            break
        digest.update(piece)
        size += len(piece)
    if expected is not None and size < expected:
        return answer(start_response, "400 Bad Request", "text/plain", "The body ended too early.\n")
    return answer(start_response, "200 OK", "application/json", json.dumps({
        "size": size, "sha256": digest.hexdigest(), "seconds": round(time.monotonic() - started, 3),
        "worker": worker(), "peakMemoryMiB": peak_memory_mib()}) + "\n")


def send(environ, start_response):
    wanted = parse_qs(environ.get("QUERY_STRING", "")).get("mib", ["100"])[-1]
    if not (wanted.isdecimal() and len(wanted) < 9 and 1 <= int(wanted) <= MAX_DOWNLOAD_MIB):
        return answer(start_response, "400 Bad Request", "text/plain", "mib is a number from 1 to %d\n" % MAX_DOWNLOAD_MIB)
    mib = int(wanted)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(mib << 20)),
                              ("Content-Disposition", 'attachment; filename="%d-MiB.bin"' % mib), ("Cache-Control", "no-store")])
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return (NOISE for _ in range((mib << 20) // PIECE))


def worker():
    return "process group %s, worker %s, process %d, thread %s" % (
        os.environ.get("PROXYGROUPS_GROUP", "none"), os.environ.get("PROXYGROUPS_RANK", "0"), os.getpid(),
        threading.current_thread().name)


def peak_memory_mib():
    """The most memory this process ever had resident; Linux counts it in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def page(environ):
    script_name = environ.get("SCRIPT_NAME", "")
    base = '<base href="%s/">' % html.escape(script_name) if script_name else ""
    return (PAGE.replace("{base}", base).replace("{worker}", html.escape(worker()[:1].upper() + worker()[1:]))
            .replace("{memory}", "%g MiB" % peak_memory_mib()))


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Upload</title>{base}
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--bg:#f3f3f9;--card:#fff;--ink:#1f2033;--soft:#666882;--line:#dddeea;--accent:#5847c9}
@media(prefers-color-scheme:dark){:root{--bg:#111119;--card:#1b1b27;--ink:#eaeaf5;--soft:#9d9db8;--line:#30303f;--accent:#a79bff}}
*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:42rem;background:var(--bg);color:var(--ink);
font:1rem/1.55 system-ui,"DejaVu Sans",sans-serif}h1{margin:0;font-size:1.7rem;letter-spacing:-.02em}h2{margin:0 0 .6rem;font-size:1.05rem}p{margin:.3rem 0 1rem;color:var(--soft)}
section{padding:1.2rem;margin-bottom:1rem;border:1px solid var(--line);border-radius:14px;background:var(--card)}
label{display:grid;place-items:center;gap:.4rem;padding:1.6rem 1rem;border:2px dashed var(--line);border-radius:12px;cursor:pointer;text-align:center;color:var(--soft)}
label:hover,label.over,label:focus-within{border-color:var(--accent);color:var(--ink)}input[type=file]{position:absolute;opacity:0;width:1px;height:1px}
label svg{width:3rem;height:3rem;color:var(--accent)}progress{width:100%;height:.7rem;margin-top:1rem;accent-color:var(--accent)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:1rem 0 0;font-size:.9rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.5rem}nav a{padding:.4rem .9rem;border:1px solid var(--line);border-radius:99px;color:inherit;text-decoration:none;font-size:.9rem}nav a:hover{border-color:var(--accent)}
footer{margin-top:1.5rem;padding:1rem 1.2rem;border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:10px;background:var(--card);font-size:.92rem}
footer b{font-weight:600}code,dd{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88em}[hidden]{display:none}
</style></head><body>
<h1>Upload</h1><p>Any file, any size. It is counted and hashed piece by piece, and kept nowhere.</p>
<section><h2>Up</h2><label id="drop"><input type="file" id="file">
<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M24 32V10m-9 9 9-9 9 9M8 32v6a3 3 0 0 0 3 3h26a3 3 0 0 0 3-3v-6"/></svg>
<span>Choose a file, or drop one here</span></label>
<progress id="bar" max="1" value="0" hidden></progress><dl id="result" aria-live="polite"></dl></section>
<section><h2>Down</h2><nav><a href="download?mib=10">10 MiB</a><a href="download?mib=100">100 MiB</a><a href="download?mib=1024">1 GiB</a></nav></section>
<footer><b>{worker}</b> answered. It has never needed more than {memory}.<br>
Knobs: <code>Processes</code> 1, <code>Threads</code> 8, because a transfer holds a thread while it waits for the client's line, and hashing lets go of
the interpreter lock.</footer>
<script>
const $ = id => document.getElementById(id), mib = n => (n / 1048576).toFixed(1) + " MiB";
function show(facts) {
  $("result").replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name; dd.textContent = value; return [dt, dd];
  }));
}
async function hashHere(file) {         // the browser can only hash what it holds in memory
  if (!window.crypto?.subtle || file.size > 64 * 1048576) return null;
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(sum)].map(b => b.toString(16).padStart(2, "0")).join("");
}
function upload(file) {
  const request = new XMLHttpRequest();     // fetch does not tell how far an upload has come
  request.open("POST", "upload");
  request.upload.onprogress = e => { $("bar").value = e.loaded / e.total; };
  request.onerror = () => show({ problem: "the connection broke" });
  request.onload = async () => {
    $("bar").value = 1;
    if (request.status !== 200) return show({ refused: request.status + " " + request.statusText });
    const got = JSON.parse(request.responseText), here = await hashHere(file);
    show({ file: file.name, size: got.size + " bytes (" + mib(got.size) + ")",
           sha256: got.sha256 + (here ? (here === got.sha256 ? "  \\u2713 as computed here" : "  \\u2717 differs!") : ""),
           speed: mib(got.size / Math.max(got.seconds, 0.001)) + "/s", worker: got.worker, "peak memory": got.peakMemoryMiB + " MiB" });
  };
  $("bar").hidden = false; $("bar").value = 0; show({}); request.send(file);
}
$("file").onchange = e => { if (e.target.files[0]) upload(e.target.files[0]); };
for (const kind of ["dragover", "dragleave", "drop"]) $("drop").addEventListener(kind, e => {
  e.preventDefault(); $("drop").classList.toggle("over", kind === "dragover");
  if (kind === "drop" && e.dataTransfer.files[0]) upload(e.dataTransfer.files[0]);
});
</script>
</body></html>
"""
