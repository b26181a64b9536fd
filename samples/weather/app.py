"""A weather dashboard: the sample that waits.

Each page asks five upstream services, one after the other, and each takes about 80 ms to answer. The worker
does almost nothing meanwhile, so one process with many threads serves many people at once.
"""

import html
import json
import os
import random
import threading
import time
from urllib.parse import parse_qs

UPSTREAM_SECONDS = 0.08         # stands for a database or a service far away
HOURS = 48
CITIES = ["Basel", "Bergen", "Lisbon", "Nairobi", "Osaka", "Quito"]
#            name           unit     start, step, lowest, highest, colour
SERVICES = [("Temperature", "°C", 14.0, 0.9, -12.0, 36.0, "#e4572e"),
            ("Wind", "km/h", 16.0, 2.4, 0.0, 90.0, "#2a9d8f"),
            ("Humidity", "%", 62.0, 3.0, 20.0, 100.0, "#3a86ff"),
            ("Pressure", "hPa", 1013.0, 1.2, 975.0, 1045.0, "#8e6cd8"),
            ("Pollen", "grains/m³", 40.0, 5.0, 0.0, 200.0, "#d99a00")]


def app(environ, start_response):
    path = environ.get("PATH_INFO", "")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return answer(start_response, "405 Method Not Allowed", "text/plain", "GET only\n", [("Allow", "GET, HEAD")])
    if path not in ("", "/", "/report.json"):
        return answer(start_response, "404 Not Found", "text/plain", "nothing here\n")
    city = parse_qs(environ.get("QUERY_STRING", "")).get("city", [CITIES[0]])[-1]
    if city not in CITIES:
        return answer(start_response, "404 Not Found", "text/plain", "no such city\n")

    started = time.monotonic()
    reports = [ask(service, city, started) for service in SERVICES]
    elapsed = time.monotonic() - started
    if path == "/report.json":
        body = {"city": city, "elapsedMs": round(elapsed * 1000), "process": os.getpid(),
                "thread": threading.current_thread().name, "now": {r["name"]: r["values"][-1] for r in reports}}
        return answer(start_response, "200 OK", "application/json", json.dumps(body, ensure_ascii=False))
    return answer(start_response, "200 OK", "text/html; charset=utf-8", page(environ, city, reports, elapsed))


def answer(start_response, status, content_type, text, more=()):
    body = text.encode()
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body))),
                            ("Cache-Control", "no-store"), *more])
    return [body]


def ask(service, city, started):
    """One upstream service: a wait, then a random walk that is the same in every worker within an hour."""
    name, unit, value, step, low, high, colour = service
    before = time.monotonic() - started
    time.sleep(UPSTREAM_SECONDS * random.uniform(0.8, 1.2))
    hour = int(time.time() // 3600)
    start = random.Random("%s/%s" % (city, name))
    value += start.uniform(-3, 3) * step
    values = []
    for when in range(hour - HOURS, hour + 1):
        value += random.Random("%s/%s/%d" % (city, name, when)).uniform(-step, step)
        value = min(max(value, low), high)
        values.append(round(value, 1))
    return {"name": name, "unit": unit, "colour": colour, "values": values,
            "from": before, "to": time.monotonic() - started}


def page(environ, city, reports, elapsed):
    cards = "".join(card(report) for report in reports)
    cities = "".join('<a %shref="?city=%s">%s</a>' % ('aria-current="page" ' if name == city else "", name, name)
                     for name in CITIES)
    script_name = environ.get("SCRIPT_NAME", "")
    values = {
        "base": '<base href="%s/">' % html.escape(script_name) if script_name else "",
        "city": html.escape(city), "cities": cities, "cards": cards, "waterfall": waterfall(reports, elapsed),
        "elapsed": "%d ms" % (elapsed * 1000),
        "worker": html.escape("Process group %s, worker %s, process %d, thread %s" % (
            os.environ.get("PROXYGROUPS_GROUP", "none"), os.environ.get("PROXYGROUPS_RANK", "0"), os.getpid(),
            threading.current_thread().name)),
    }
    text = PAGE
    for key, value in values.items():
        text = text.replace("{%s}" % key, value)
    return text


def card(report):
    values = report["values"]
    change = values[-1] - values[-25]
    return ('<article><h2>%s</h2><p class="now">%g<small> %s</small></p><p class="change">%s %g since yesterday</p>%s'
            '<p class="range">%g to %g in two days</p></article>') % (
        report["name"], values[-1], report["unit"], "▲" if change > 0 else "▼" if change < 0 else "●",
        round(abs(change), 1), sparkline(values, report["colour"]), min(values), max(values))


def sparkline(values, colour):
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    points = ["%.1f,%.1f" % (4 + 232.0 * i / (len(values) - 1), 58 - 50 * (v - low) / spread) for i, v in enumerate(values)]
    return ('<svg viewBox="0 0 244 66" preserveAspectRatio="none" role="img" aria-label="two days"><polygon points="4,66 %s 236,66" fill="%s" opacity=".16"/>'
            '<polyline points="%s" fill="none" stroke="%s" stroke-width="2.2" stroke-linejoin="round" vector-effect="non-scaling-stroke"/>'
            '<path d="M236 %sh0" stroke="%s" stroke-width="9" stroke-linecap="round" vector-effect="non-scaling-stroke"/></svg>') % (
        " ".join(points), colour, " ".join(points), colour, points[-1].split(",")[1], colour)


def waterfall(reports, elapsed):
    """When each upstream was waited for: five bars in a row, with nothing in between for a CPU to do."""
    bars = []
    for i, report in enumerate(reports):
        left, width = 600 * report["from"] / elapsed, 600 * (report["to"] - report["from"]) / elapsed
        bars.append('<rect x="%.1f" y="%d" width="%.1f" height="14" rx="4" fill="%s"/>' % (left, i * 20 + 2, width, report["colour"]))
        side = ('x="%.1f" text-anchor="start"' % (left + width + 6)) if i < 3 else ('x="%.1f" text-anchor="end"' % (left - 6))
        bars.append('<text %s y="%d">%s, %d ms</text>' % (side, i * 20 + 14, report["name"], 1000 * (report["to"] - report["from"])))
    return '<svg class="waterfall" viewBox="0 0 600 102" role="img" aria-label="what this page waited for">%s</svg>' % "".join(bars)


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Weather in {city}</title>{base}
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--bg:#eef4f9;--card:#fff;--ink:#172331;--soft:#5b6b7c;--line:#d8e2eb;--accent:#1769aa}
@media(prefers-color-scheme:dark){:root{--bg:#0e151d;--card:#17212c;--ink:#e6eef6;--soft:#94a6b8;--line:#293746;--accent:#6cb8f5}}
*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:60rem;background:var(--bg);color:var(--ink);
font:1rem/1.55 system-ui,"DejaVu Sans",sans-serif}h1{margin:0;font-size:1.7rem;letter-spacing:-.02em}h2{margin:0;font-size:.95rem;color:var(--soft);font-weight:500}
nav{display:flex;flex-wrap:wrap;gap:.4rem;margin:.8rem 0 1.2rem}nav a,button{padding:.35rem .85rem;border:1px solid var(--line);border-radius:99px;
background:var(--card);color:inherit;font:inherit;font-size:.9rem;text-decoration:none;cursor:pointer}nav a:hover,button:hover{border-color:var(--accent)}
nav a[aria-current]{background:var(--accent);border-color:var(--accent);color:var(--bg)}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1rem}
@media(min-width:54rem){main{grid-template-columns:repeat(6,1fr)}article{grid-column:span 2}article:nth-child(n+4){grid-column:span 3}}
article,section{padding:1rem 1.2rem;border:1px solid var(--line);border-radius:14px;background:var(--card)}
article svg{display:block;width:100%;height:4.6rem;margin:.6rem 0}.now{margin:0;font-size:2rem;font-weight:650;letter-spacing:-.02em}.now small{font-size:.95rem;font-weight:400;color:var(--soft)}
.change,.range{margin:0;font-size:.85rem;color:var(--soft)}section{margin-top:1rem}.waterfall{display:block;width:100%;height:auto;margin-top:.6rem}
.waterfall text{font-size:11px;fill:var(--soft)}@media(max-width:36rem){.waterfall text{font-size:18px}}
#race{display:grid;gap:.3rem;margin-top:.8rem;font-size:.85rem}
#race div{display:flex;align-items:center;gap:.6rem}#race i{height:.7rem;border-radius:4px;background:var(--accent)}
footer{margin-top:1.5rem;padding:1rem 1.2rem;border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:10px;background:var(--card);font-size:.92rem}
footer b{font-weight:600}code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88em}
</style></head><body>
<h1>Weather in {city}</h1><nav>{cities}</nav>
<main>{cards}</main>
<section><h2>This page took {elapsed}, nearly all of it waiting</h2>{waterfall}
<button id="go" type="button">Ask six times at once</button><div id="race"></div></section>
<footer><b>{worker}</b> answered.<br>Knobs: <code>Processes</code> 1, <code>Threads</code> 16, because a thread that waits for an
upstream costs almost no CPU and little memory, so sixteen may wait side by side in one process.</footer>
<script>
// Six, because browsers open no more connections to one HTTP/1.1 address.
document.getElementById("go").onclick = () => {
  const race = document.getElementById("race"); race.replaceChildren();
  for (let i = 0; i < 6; i++) {
    const row = document.createElement("div"), bar = document.createElement("i"), text = document.createElement("span");
    row.append(bar, text); race.append(row); const begin = performance.now();
    fetch("report.json?city={city}&n=" + i).then(r => r.ok ? r.json() : Promise.reject(r.status)).then(r => {
      const ms = Math.round(performance.now() - begin);
      bar.style.width = Math.min(60, ms / 40) + "%"; text.textContent = ms + " ms, thread " + r.thread;
    }).catch(e => { text.textContent = "refused: " + e; });
  }
};
</script>
</body></html>
"""
