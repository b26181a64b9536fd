using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>
/// Open-loop load of requests that sleep, on 4, 8 and 16 slots. Each run is played again through a perfect queue, with the same arrivals and the service times
/// that were measured, so that neither chance nor the machine's own slowness is held against the queue or excuses it.
/// </summary>
internal static class QueueTheory
{
    private static readonly TimeSpan Mean = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMilliseconds(5);
    private static readonly double[] Loads = [0.5, 0.7, 0.9];

    public static async Task RunAsync(Report report)
    {
        var points = new List<QueuePoint>();
        foreach (var servers in new[] { 4, 8, 16 })
        {
            await using var site = await LoggedSite.StartAsync(servers / 4, 4);
            await site.RunAsync(servers, TimeSpan.FromSeconds(4), static _ => BenchFrontDoor.Get("/sleep?ms=100"));
            foreach (var variation in new[] { 1, 8 })
            {
                foreach (var load in Loads)
                {
                    points.Add(await MeasureAsync(report, site, servers, variation, load));
                }
            }
        }

        if (report.Plot is { } file)
        {
            QueuePlot.Save(file, points, Mean);
            report.Note($"drawn: {file}");
        }
    }

    private static async Task<QueuePoint> MeasureAsync(Report report, LoggedSite site, int servers, int variation, double load)
    {
        var times = ServiceTimes.Random(Mean, variation).Take(100_000).ToList();
        var duration = report.Duration(5, 25);
        var requests = await site.RunAsync(load * servers / Mean.TotalSeconds, duration, number => BenchFrontDoor.Get($"/sleep?ms={times[number].TotalMilliseconds:0}"));
        var first = requests[0].Comes;
        var perfect = Percentile.Of(PerfectQueue.Waits(requests.Select(request => (request.Comes - first, request.Service)), servers).Select(static wait => wait.TotalMilliseconds), 0.99);
        var measured = Percentile.Of(requests.Select(static request => request.Wait.TotalMilliseconds), 0.99);
        var real = requests.Sum(static request => request.Service.TotalSeconds) / servers / (requests[^1].Comes - first).TotalSeconds;
        report.AtMost($"{servers} slots, squared variation {variation}, load {real:0.00}, {requests.Count} requests: p99 of the wait, perfect {perfect:0.0}", measured, perfect + Math.Max(perfect / 10, 1), "ms");
        report.Exactly("of them waited over 5 ms in all while a slot was free", CountForgotten(requests, first, servers), 0);
        return new QueuePoint(servers, variation, real, measured, perfect);
    }

    private static int CountForgotten(IReadOnlyList<LoggedRequest> requests, DateTimeOffset first, int servers)
    {
        var held = requests.Select(request => (request.Comes - first + request.Wait, request.Comes - first + request.Wait + request.Service));
        var idle = new IdleSlots(held, servers);
        return requests.Count(request => idle.Within(request.Comes - first, request.Comes - first + request.Wait) > Forgotten);
    }
}
