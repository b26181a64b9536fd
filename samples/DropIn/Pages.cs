internal static class Pages
{
    public const string Home = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Drop-in</title>
        <meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
        <style>
        :root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--ink:#1c2430;--soft:#636f80;--line:#dde2e9;--accent:#2563eb}
        @media(prefers-color-scheme:dark){:root{--bg:#10141a;--card:#1a212b;--ink:#e8edf4;--soft:#97a4b5;--line:#2a3441;--accent:#7aa7ff}}
        *{box-sizing:border-box}body{margin:0 auto;padding:2rem 1rem;max-width:44rem;background:var(--bg);color:var(--ink);font:1rem/1.55 system-ui,"DejaVu Sans",sans-serif}
        h1{margin:0;letter-spacing:-.02em}p{color:var(--soft)}main{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem}
        main a{padding:1.1rem 1.3rem;border:1px solid var(--line);border-radius:14px;background:var(--card);color:inherit;text-decoration:none}
        main a:hover{border-color:var(--accent)}main b{display:block;color:var(--accent)}small{color:var(--soft)}
        </style></head><body>
        <h1>Drop-in</h1><p>An ASP.NET Core app with endpoints of its own and, in four lines, two Python apps beside them.</p>
        <main>
        <a href="hello?name=guest"><b>/hello</b><small>answered by this app itself</small></a>
        <a href="mandelbrot/"><b>/mandelbrot</b><small>process group: two processes, one thread each; rate limited</small></a>
        <a href="weather/"><b>/weather</b><small>process group: one process, sixteen threads</small></a>
        </main></body></html>
        """;
}
