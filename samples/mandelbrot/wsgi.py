"""Mandelbrot and Julia pictures: the CPU-bound sample.

Every tile is computed in plain Python, so a worker is busy from the first byte to the last and holds the
interpreter lock all the while. More threads in one process draw nothing sooner; more processes do.
"""

import html
import math
import os
import struct
import threading
import zlib
from urllib.parse import parse_qs, urlencode

TILE = 160                      # pixels along one side of a tile
COLUMNS, ROWS = 4, 3
HOME = {"x": -0.6, "y": 0.0, "zoom": 1.0}
MAX_ZOOM = 1e12                 # beyond it, neighbouring pixels are the same double
PLACES = [
    ("Whole set", HOME),
    ("Seahorses", {"x": -0.7453, "y": 0.1127, "zoom": 250.0}),
    ("Elephants", {"x": 0.2925, "y": 0.0149, "zoom": 90.0}),
    ("Small copy", {"x": -1.7548, "y": 0.0, "zoom": 50.0}),
    ("Lightning", {"x": -0.1011, "y": 0.9563, "zoom": 120.0}),
    ("Julia: dendrite", {"x": 0.0, "y": 0.0, "zoom": 1.0, "jx": 0.0, "jy": 1.0}),
    ("Julia: galaxies", {"x": 0.0, "y": 0.0, "zoom": 1.0, "jx": -0.7269, "jy": 0.1889}),
    ("Julia: rabbit", {"x": 0.0, "y": 0.0, "zoom": 1.0, "jx": -0.1226, "jy": 0.7449}),
]


def application(environ, start_response):
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return answer(start_response, "405 Method Not Allowed", "text/plain", b"GET only\n", [("Allow", "GET, HEAD")])
    query = {key: values[-1] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    try:
        view = read_view(query)
        path = environ.get("PATH_INFO", "")
        if path in ("", "/"):
            return answer(start_response, "200 OK", "text/html; charset=utf-8", page(environ, view))
        if path == "/tile.png":
            column, row = int(query.get("column", 0)), int(query.get("row", 0))
            if not (0 <= column < COLUMNS and 0 <= row < ROWS):
                raise ValueError("the picture has no such tile")
            caching = ("Cache-Control", "no-store" if view["tint"] else "max-age=60")
            return answer(start_response, "200 OK", "image/png", tile(view, column, row), [caching])
    except ValueError as error:
        return answer(start_response, "400 Bad Request", "text/plain; charset=utf-8", ("%s\n" % error).encode())
    return answer(start_response, "404 Not Found", "text/plain", b"nothing here\n")


def answer(start_response, status, content_type, body, more=()):
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body))), *more])
    return [body]


def read_view(query):
    view = {key: float(query.get(key, HOME[key])) for key in HOME}
    if "jx" in query:
        view["jx"], view["jy"] = float(query["jx"]), float(query.get("jy", 0))
    if not all(math.isfinite(value) for value in view.values()):
        raise ValueError("coordinates are finite numbers")
    view["zoom"] = min(max(view["zoom"], 0.5), MAX_ZOOM)
    view["tint"] = 1 if query.get("tint") == "1" else 0
    return view


# --- the picture ---------------------------------------------------------------------------------------------------


def tile(view, column, row):
    step = 3.4 / (COLUMNS * TILE * view["zoom"])
    left = view["x"] + (column - COLUMNS / 2) * TILE * step
    top = view["y"] + (ROWS / 2 - row) * TILE * step
    limit = int(min(600, 90 + 35 * math.log2(view["zoom"] + 1)))
    julia = complex(view["jx"], view["jy"]) if "jx" in view else None
    pixels = bytearray()
    for line in range(TILE):
        pixels.append(0)        # PNG: this line is not filtered
        for dot in range(TILE):
            point = complex(left + dot * step, top - line * step)
            pixels.append(colour(point, julia, limit))
    return png(pixels, palette(rank() * 137 % 360 if view["tint"] else None))


def colour(point, julia, limit):
    """Palette index of a point: 0 inside the set, otherwise how soon the orbit escapes, smoothed."""
    if julia is None:
        if in_main_bodies(point):
            return 0
        z, c = 0j, point
    else:
        z, c = point, julia
    for n in range(limit):
        z = z * z + c
        size = abs(z)
        if size > 12.0:
            smooth = n + 1.0 - math.log2(math.log(size))
            return 1 + int(26.0 * math.sqrt(max(smooth, 0.0))) % 255
    return 0


def in_main_bodies(c):
    """The cardioid and the disc at its left never escape: no need to iterate there."""
    y2 = c.imag * c.imag
    q = (c.real - 0.25) ** 2 + y2
    return q * (q + c.real - 0.25) <= 0.25 * y2 or (c.real + 1.0) ** 2 + y2 <= 0.0625


def palette(hue):
    """256 colours: a wave from night blue over white to gold, or shades of one hue so that each worker's tiles can be told apart."""
    colours = bytearray((12, 10, 24))
    for i in range(255):
        turn = 2 * math.pi * i / 255
        if hue is None:
            wave = [(0.5 - 0.5 * math.cos(turn + shift)) ** 2 for shift in (-0.25, 0.1, 0.65)]
        else:
            light = 0.08 + 0.85 * (0.5 - 0.5 * math.cos(turn))
            wave = [light * (0.62 + 0.38 * math.cos(math.radians(hue - angle))) for angle in (0, 120, 240)]
        colours.extend(int(255 * min(max(value, 0.0), 1.0)) for value in wave)
    return bytes(colours)


def png(pixels, colours):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", TILE, TILE, 8, 3, 0, 0, 0)     # eight bits, indexed colours
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", colours)
            + chunk(b"IDAT", zlib.compress(bytes(pixels), 6)) + chunk(b"IEND", b""))


# --- the page ------------------------------------------------------------------------------------------------------


def page(environ, view):
    def link(text, **changes):
        return '<a class="button" href="%s">%s</a>' % (target("", {**view, **changes}), text)

    step = 3.4 / (COLUMNS * view["zoom"])
    tiles = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            nearer = {**view, "zoom": min(view["zoom"] * 2, MAX_ZOOM),
                      "x": view["x"] + (column + 0.5 - COLUMNS / 2) * step,
                      "y": view["y"] - (row + 0.5 - ROWS / 2) * step}
            source = target("tile.png", {**view, "column": column, "row": row})
            tiles.append('<a href="%s" title="zoom in here"><img src="%s" width="%d" height="%d" alt=""></a>'
                         % (target("", nearer), source, TILE, TILE))
    places = "".join('<a class="button" href="%s">%s</a>' % (target("", {**place, "tint": view["tint"]}), html.escape(name))
                     for name, place in PLACES)
    script_name = environ.get("SCRIPT_NAME", "")
    values = {
        "base": '<base href="%s/">' % html.escape(script_name) if script_name else "",
        "tiles": "".join(tiles),
        "places": places,
        "nearer": link("Zoom in", zoom=view["zoom"] * 2),
        "farther": link("Zoom out", zoom=view["zoom"] / 2),
        "tint": link("One palette" if view["tint"] else "Colour by worker", tint=1 - view["tint"]),
        "where": "centre %.6g %+.6gi, zoom %.4g" % (view["x"], view["y"], view["zoom"]),
        "worker": html.escape("Process group %s, worker %d, process %d, thread %s" % (
            os.environ.get("PROXYGROUPS_GROUP", "none"), rank(), os.getpid(), threading.current_thread().name)),
    }
    text = PAGE
    for key, value in values.items():
        text = text.replace("{%s}" % key, value)
    return text.encode()


def target(path, query):
    return html.escape("%s?%s" % (path, urlencode(query)))


def rank():
    value = os.environ.get("PROXYGROUPS_RANK", "0")
    return int(value) if value.isdigit() else 0


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mandelbrot</title>{base}
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--bg:#f7f5f2;--card:#fff;--ink:#221d26;--soft:#6c6472;--line:#e4dfe0;--accent:#b4430c}
@media(prefers-color-scheme:dark){:root{--bg:#131016;--card:#1d1922;--ink:#efeaf2;--soft:#a39aab;--line:#332d3a;--accent:#ff9d5c}}
*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:56rem;background:var(--bg);color:var(--ink);
font:1rem/1.55 system-ui,"DejaVu Sans",sans-serif}h1{margin:0;font-size:1.7rem;letter-spacing:-.02em}p{margin:.3rem 0 1rem;color:var(--soft)}
.picture{display:grid;grid-template-columns:repeat(4,1fr);border-radius:14px;overflow:hidden;background:#0c0a18;box-shadow:0 8px 30px #0003}
.picture a{display:block;position:relative}.picture img{display:block;width:100%;height:auto;aspect-ratio:1}
.picture a:hover::after,.picture a:focus-visible::after{content:"";position:absolute;inset:0;box-shadow:inset 0 0 0 2px #fff9}
nav{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}.button{padding:.4rem .85rem;border:1px solid var(--line);border-radius:99px;
background:var(--card);color:inherit;text-decoration:none;font-size:.9rem}.button:hover{border-color:var(--accent);color:var(--accent)}
footer{margin-top:1.5rem;padding:1rem 1.2rem;border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:10px;background:var(--card);font-size:.92rem}
footer b{font-weight:600}code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88em}
</style></head><body>
<h1>Mandelbrot</h1><p>Twelve tiles, twelve requests. Click where you want to go. <small>{where}</small></p>
<div class="picture">{tiles}</div>
<nav>{nearer}{farther}{tint}</nav><nav>{places}</nav>
<footer><b>{worker}</b> answered this page; the tiles went to whoever was free.<br>
Knobs: <code>Processes</code> = cores, <code>Threads</code> 1 or 2, because drawing keeps a core and the interpreter lock busy to the end, so only
more processes draw faster. <em>Colour by worker</em> shows who drew what.</footer>
</body></html>
"""
