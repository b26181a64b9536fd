namespace ProxyGroups.Supervision;

/// <summary>Libraries that are known to start threads or to keep what must not be forked, and what each of them wants instead.</summary>
/// <param name="Marks">What is seen of it in a verdict: its name as a module, or that of its threads.</param>
internal sealed record ForkOffender(string Remedy, params string[] Marks)
{
    private static readonly ForkOffender[] Known =
    [
        new("gRPC starts threads that no fork survives: write \"grpc\" in PreloadExclude, and open channels in each worker.", "grpc", "grpc_"),
        new("OpenTelemetry exports from a thread: set its provider up in each worker (AfterFork), not when a module is imported.", "opentelemetry", "Otel"),
        new("Sentry sends from threads: call sentry_sdk.init in each worker (AfterFork), not when a module is imported.", "sentry_sdk", "sentry", "raven"),
        new("The agent of Datadog sends from threads: write \"ddtrace\" in PreloadExclude.", "ddtrace"),
        new("The agent of New Relic sends from threads: write \"newrelic\" in PreloadExclude.", "newrelic", "NR-"),
        new("The server of prometheus_client is a thread: start it in each worker (AfterFork), or leave it and serve the page from the app.", "prometheus_client"),
        new("The scheduler would run once for all workers or not at all: start it in a group of its own (\"Serves\": false).", "apscheduler", "APScheduler"),
        new("Large models and their threads belong in a process group of their own that is started plainly.", "torch", "tensorflow", "onnxruntime", "jax"),
        new("Libraries of GLib start threads: write their module in PreloadExclude.", "gi", "gmain", "gdbus", "pyvips", "pool-spawner"),
        new("Event loops belong to each worker: make them in AfterFork or with the first request.", "uvloop", "gevent", "asyncio"),
    ];

    /// <summary>Its remedy; null: what was found is of none of them.</summary>
    public static string? RemedyFor(string fault)
    {
        var words = fault.Split([' ', '(', ')', ',', '.', ':'], StringSplitOptions.RemoveEmptyEntries);
        return Known.FirstOrDefault(offender => words.Any(word => offender.Marks.Any(mark => IsOf(word, mark))))?.Remedy;
    }

    // A module by its first part; a thread may have a number behind its name.
    private static bool IsOf(string word, string mark) => word == mark || ((char.IsUpper(mark[0]) || mark.EndsWith('_')) && word.StartsWith(mark, StringComparison.Ordinal));
}
