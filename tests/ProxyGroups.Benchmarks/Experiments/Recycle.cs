using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Workers recycled by requests under load: no request of any method fails, and who waits, waits little.</summary>
internal static class Recycle
{
    private const double PerSecond = 200;
    private const int Recycles = 20;

    private static readonly ReadOnlyMemory<byte>[] Requests =
    [
        BenchFrontDoor.Get("/hello"), BenchFrontDoor.With("POST", "/sink"), BenchFrontDoor.Get("/sleep?ms=10"), BenchFrontDoor.With("PUT", "/sink"), BenchFrontDoor.With("DELETE", "/sink"),
    ];

    public static async Task RunAsync(Report report)
    {
        var duration = report.Duration(30);
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = BenchFrontDoor.Apps,
            Wsgi = "bench:application",
            Processes = 2,
            Threads = 4,
            // A third more than the target, since a limit is only looked at when the worker before is gone.
            Recycle = new { MaxRequests = (int)(PerSecond * duration.TotalSeconds / (Recycles * 1.5)) },
        });
        using var clients = new Clients(door.EndPoint);
        var samples = await OpenLoop.RunAsync(PerSecond, duration, number => clients.SendAsync(Requests[number % Requests.Length]));
        report.Note($"requests: {samples.Count}");
        report.AtLeast("workers recycled", door.Log.Count(static line => line.Contains("is recycled: ", StringComparison.Ordinal)), Recycles, string.Empty);
        report.Exactly("failed requests", samples.Count(static sample => !sample.Answer.IsGood), 0);
        report.Note($"latency since sent p50 {Since(samples, 0.5):0.0} ms, p99 {Since(samples, 0.99):0.0} ms, longest {Since(samples, 1):0} ms");
    }

    private static double Since(IReadOnlyList<Sample> samples, double share) => Percentile.Of(samples.Select(static sample => sample.SinceSent.TotalMilliseconds), share);
}
