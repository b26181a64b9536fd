namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>One kind of load.</summary>
/// <param name="Name">For <c>--only</c> and the page.</param>
/// <param name="Shows">What is asked for, in one line.</param>
/// <param name="Module">The app, in <c>Apps/</c>.</param>
internal sealed record Workload(string Name, string Shows, string Module)
{
    public int Connections { get; init; } = 64;

    /// <summary>Further arguments of wrk.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Answers are small and connections stay, so that the latency of an open loop can be measured too.</summary>
    public bool HasLatency { get; init; }

    /// <summary>Requests that come when they come instead of one after the other; null: those.</summary>
    public OpenLoad? Open { get; init; }

    /// <summary>Least ratio of our rate to that of a rival, by the rival's name; "best": to the best of all.</summary>
    public IReadOnlyDictionary<string, double> Targets { get; init; } = new Dictionary<string, double>();

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("hello", "14 bytes from the smallest app", "hello")
        {
            HasLatency = true,
            Targets = new Dictionary<string, double> { [ModWsgi.ShortName] = 2.8, [Gunicorn.ShortName] = 2.4, [Passenger.ShortName] = 4, [Uwsgi.ShortName] = 1.2 },
        },
        new("hello-1024", "the same app", "hello") { Connections = 1024 },
        new("hello-close", "the same app, a new connection for each request", "hello") { Arguments = ["-H", "Connection: close"] },
        new("flask", "a Flask page from a template of twenty rows", "flask_page") { HasLatency = true },
        new("django", "a Django page: twenty rows by the ORM from SQLite, a template", "django_page")
        {
            HasLatency = true,
            Targets = new Dictionary<string, double> { ["best"] = 0.95 },
        },
        new("waiting", "80 ms of waiting and 20 ms of computing", "waiting"),
        new("upload", "1 MiB by POST", "transfers") { Arguments = ["-s", "upload.lua"], Connections = 16 },
        new("download", "10 MiB in pieces of 64 KiB", "transfers") { Connections = 16 },
        new("bimodal", "nine in ten requests sleep 10 ms, one in ten 200 ms; 85 % of what 2 x 4 slots can serve", "bench") { Open = OpenLoad.Bimodal },
        new("slow-clients", "requests that sleep 5 ms, beside 200 clients that upload a byte a second and 200 that read a kilobyte a second", "bench") { Open = OpenLoad.BesideSlowClients },
    ];
}
