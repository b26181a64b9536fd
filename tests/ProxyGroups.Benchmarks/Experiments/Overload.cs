using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Twice what the group can do. Clients wait 2 s at most; MaxWait is 1 s, so what is let in is still wanted when it is served.</summary>
internal static class Overload
{
    private const int Slots = 8;
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);
    public static readonly ReadOnlyMemory<byte> Request = BenchFrontDoor.Get("/sleep?ms=50");

    public static async Task RunAsync(Report report)
    {
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = BenchFrontDoor.Apps,
            Wsgi = "bench:application",
            Processes = 2,
            Threads = 4,
            Queue = new { Limit = 1000, MaxWait = "1s" },
        });
        using var clients = new Clients(door.EndPoint, Patience);
        var capacity = await CapacityAsync(clients, TimeSpan.FromSeconds(5));
        report.Note($"capacity {capacity:0} answers/s, offered {2 * capacity:0}/s");
        var duration = report.Duration(15);
        var samples = await OpenLoop.StartAsync(2 * capacity, duration, _ => clients.SendAsync(Request));
        var recovery = await door.WaitUntilAsync(static state => state.Queued == 0, TimeSpan.FromSeconds(30));
        var after = await OpenLoop.RunAsync(capacity / 2, TimeSpan.FromSeconds(3), _ => clients.SendAsync(Request));
        WriteOverload(report, await Task.WhenAll(samples), capacity, duration);
        WriteAfter(report, recovery, after, await door.StateAsync());
    }

    /// <summary>Answers per second. As many clients as slots would leave each slot idle between two answers; twice as many never do.</summary>
    public static async Task<double> CapacityAsync(Clients clients, TimeSpan duration)
    {
        var (start, answers) = (TimeProvider.System.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, 2 * Slots).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(start) < duration)
            {
                await clients.SendAsync(Request);
                Interlocked.Increment(ref answers);
            }
        }));
        return answers / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static void WriteOverload(Report report, Sample[] samples, double capacity, TimeSpan duration)
    {
        var good = samples.Where(static sample => sample.Answer.IsGood).ToArray();
        var useful = good.Count(sample => sample.Ended <= duration) / duration.TotalSeconds;
        report.AtLeast("useful answers of capacity", 100 * useful / capacity, 95, "%");
        var refused = samples.Where(static sample => sample.Answer.Status == 503).ToArray();
        var refusal = refused.Select(static sample => sample.SinceSent.TotalMilliseconds).ToArray();
        report.AtMost("refusals p99", Percentile.Of(refusal, 0.99), 10, "ms");
        report.Note($"refused {refused.Length}, of which {refused.Count(static sample => sample.Latency > MaxWait / 2)} at MaxWait; p50 {Percentile.Median(refusal):0.0} ms, p99 from the due time {Percentile.Milliseconds(refused, 0.99):0.0} ms (our own send lag p99 {Percentile.Of(samples.Select(static sample => sample.SendLag.TotalMilliseconds), 0.99):0.0} ms)");
        report.AtMost("accepted p99", Percentile.Milliseconds(good, 0.99), 1150, "ms");
        report.Exactly("clients that lost patience", samples.Count(static sample => sample.Answer.GaveUp), 0);
        report.Exactly("other answers", samples.Count(static sample => sample.Answer is { Status: not (200 or 503), GaveUp: false }), 0);
    }

    private static void WriteAfter(Report report, TimeSpan recovery, IReadOnlyList<Sample> after, GroupState state)
    {
        report.AtMost("queue empty after the load has ended", recovery.TotalSeconds, 1.05, "s");
        report.Note($"then at half the capacity: p99 {Percentile.Milliseconds(after, 0.99):0} ms, refused {after.Count(static sample => !sample.Answer.IsGood)}");
        report.Exactly("slots busy afterwards", state.BusySlots, 0);
    }
}
