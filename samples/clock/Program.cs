// World clocks by server-sent events. An event stream is one request that does not end, so each open page holds
// one slot (of Threads) for its whole life. It costs no thread: the stream awaits its timer.

using System.Diagnostics;
using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);   // the front door relays every line
builder.Services.AddSingleton(TimeProvider.System);

var app = builder.Build();
var page = ReadPage();

app.MapGet("/", () => TypedResults.Text(page.Replace("{worker}", WebUtility.HtmlEncode(Worker.Name)), "text/html; charset=utf-8"));
app.MapGet("/events", (IHostApplicationLifetime lifetime, TimeProvider time, CancellationToken clientGone) =>
    TypedResults.ServerSentEvents(Ticks.Stream(time, lifetime.ApplicationStopping, clientGone)));

app.Run();

static string ReadPage()
{
    using var stream = typeof(Ticks).Assembly.GetManifestResourceStream("page.html")!;
    using var reader = new StreamReader(stream);
    return reader.ReadToEnd();
}

internal static class Worker
{
    public static string Name { get; } =
        $"Process group {Environment.GetEnvironmentVariable("PROXYGROUPS_GROUP") ?? "none"}, " +
        $"worker {Environment.GetEnvironmentVariable("PROXYGROUPS_RANK") ?? "0"}, process {Environment.ProcessId}";
}

internal static class Ticks
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);
    private const int TicksPerHeartbeat = 15;

    /// <summary>
    /// One event per second until the client goes or the application stops. Without the second, the host would wait
    /// its whole shutdown timeout for streams that never end by themselves.
    /// </summary>
    public static async IAsyncEnumerable<SseItem<string>> Stream(
        TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken clientGone)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, clientGone);
        using var timer = new PeriodicTimer(Period, time);
        var count = 0;
        do
        {
            if (count++ % TicksPerHeartbeat == 0)
            {
                // The first one sends the response head at once; browsers come back a second after a stream ends.
                yield return new SseItem<string>(Worker.Name, "heartbeat") { ReconnectionInterval = Reconnect };
            }

            yield return new SseItem<string>(JsonSerializer.Serialize(Tick.Now(time), TickJson.Default.Tick), "tick");
        }
        while (await NextTickAsync(timer, ends.Token));
    }

    private static async ValueTask<bool> NextTickAsync(PeriodicTimer timer, CancellationToken ends)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ends);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

internal sealed record Tick(
    long UnixMilliseconds, string Thread, int PoolThreads, double UptimeSeconds, double HeapMiB, double AllocatedMiB,
    double ResidentMiB, int Gen0, int Gen1, int Gen2, double PausePercent, bool ServerGc, int Cores)
{
    private const double MiB = 1 << 20;
    private static readonly DateTimeOffset Started = Process.GetCurrentProcess().StartTime;

    public static Tick Now(TimeProvider time) => new(
        time.GetUtcNow().ToUnixTimeMilliseconds(),
        $"{System.Threading.Thread.CurrentThread.Name ?? "pool"} {Environment.CurrentManagedThreadId}",
        ThreadPool.ThreadCount,
        Math.Round((time.GetUtcNow() - Started).TotalSeconds),
        Math.Round(GC.GetTotalMemory(forceFullCollection: false) / MiB, 1),
        Math.Round(GC.GetTotalAllocatedBytes() / MiB, 1),
        Math.Round(Environment.WorkingSet / MiB, 1),
        GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2),
        GC.GetGCMemoryInfo().PauseTimePercentage,
        System.Runtime.GCSettings.IsServerGC,
        Environment.ProcessorCount);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Tick))]
internal sealed partial class TickJson : JsonSerializerContext;
