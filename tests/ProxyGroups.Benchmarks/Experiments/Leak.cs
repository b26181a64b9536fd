using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>An app that leaks under load: no worker grows further above its limit than it leaks in three sampling intervals, and no request fails.</summary>
internal static class Leak
{
    private const double PerSecond = 200;
    private const int KilobytesPerRequest = 20;
    private const double LimitMegabytes = 60;
    private const double IntervalSeconds = 10;

    // 13 s of growth up to the limit, an interval until that is seen, three samples, a boot.
    private const double CycleSeconds = 30;

    public static async Task RunAsync(Report report)
    {
        var duration = report.Duration(50, 120);
        await using var door = await BenchFrontDoor.StartAsync(
            new
            {
                Directory = BenchFrontDoor.Apps,
                Wsgi = "bench:application",
                Threads = 4,
                // The usual 40 places are full after 0.2 s in which others have the machine.
                Queue = new { Limit = 1000 },
                Recycle = new { WorkerMemory = $"{LimitMegabytes}MB" },
            },
            workers: 1);
        using var clients = new Clients(door.EndPoint);
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(door, over.Token);
        var request = BenchFrontDoor.Get($"/leak?kb={KilobytesPerRequest}");
        var samples = await OpenLoop.RunAsync(PerSecond, duration, _ => clients.SendAsync(request));
        await over.CancelAsync();
        var growth = PerSecond * KilobytesPerRequest / 1000;
        report.Note($"requests: {samples.Count}, growth {growth:0.0} MB/s, limit {LimitMegabytes} MB");
        report.AtLeast("workers recycled", door.Log.Count(static line => line.Contains("is recycled: ", StringComparison.Ordinal)), Math.Floor(duration.TotalSeconds / CycleSeconds), string.Empty);
        report.Exactly("failed requests", samples.Count(static sample => !sample.Answer.IsGood), 0);
        report.AtMost("largest worker", await watching, LimitMegabytes + (growth * 3 * IntervalSeconds), "MB");
        report.Note($"latency p99 {Percentile.Milliseconds(samples, 0.99):0.0} ms, longest {Percentile.Milliseconds(samples, 1):0} ms");
    }

    private static async Task<double> WatchAsync(BenchFrontDoor door, CancellationToken over)
    {
        var largest = 0.0;
        while (!over.IsCancellationRequested)
        {
            var state = await door.StateAsync();
            largest = Math.Max(largest, state.Workers.Max(static worker => ProcessFigures.OwnMegabytes(worker.Pid)));
            await ((Task)Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, over)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return largest;
    }
}
