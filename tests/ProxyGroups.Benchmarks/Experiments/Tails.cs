using System.Net;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>
/// Nine in ten requests sleep 10 ms, one in ten 200 ms, on eight workers of one thread at load 0.85. Each front has eight workers of its own, of our Python worker,
/// and gets the same requests at the same times, in turn.
/// </summary>
internal static class Tails
{
    private const int Workers = 8;
    private const double Load = 0.85;
    private const double ShareOfLong = 0.1;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Mean = ((1 - ShareOfLong) * Short) + (ShareOfLong * Long);

    public static async Task RunAsync(Report report)
    {
        await DebianPackages.RequireAsync(["nginx-light", HAProxy.Package], report);
        await using var ours = await StartDoorAsync();
        await using var first = await StartDoorAsync();
        await using var second = await StartDoorAsync();
        await using var haproxy = await HAProxy.StartAsync("HAProxy", await WorkerSockets.OfAsync(first.Client, Workers), 1, keepsConnections: false);
        await using var nginx = await Nginx.StartAsync("nginx", OpenFolder.Create("pg-nginx-"), await WorkerSockets.OfAsync(second.Client, Workers), "proxy_pass http://app;");
        (string Name, IPEndPoint EndPoint)[] fronts = [("ours", ours.EndPoint), ("HAProxy leastconn", haproxy.EndPoint), ("nginx round robin", nginx.EndPoint)];
        var times = ServiceTimes.Bimodal(Short, Long, ShareOfLong).Take(100_000).ToList();
        var samples = await Turns.RunAsync(
            [.. fronts.Select(static front => front.EndPoint)], report.IsLong ? 6 : 2, Load * Workers / Mean.TotalSeconds, report.Duration(6, 20), number => BenchFrontDoor.Get($"/sleep?ms={times[number].TotalMilliseconds:0}"));

        foreach (var (index, (name, _)) in fronts.Index())
        {
            report.Note($"{name,-18} p50 {Percentile.Milliseconds(samples[index], 0.5):0} ms, p90 {Percentile.Milliseconds(samples[index], 0.9):0} ms, p99 {Percentile.Milliseconds(samples[index], 0.99):0} ms of {samples[index].Count}, {samples[index].Count(static sample => !sample.Answer.IsGood)} not answered with 200");
        }

        var p99 = samples.Select(static all => Percentile.Milliseconds(all, 0.99)).ToList();
        report.Exactly("of ours not answered with 200", samples[0].Count(static sample => !sample.Answer.IsGood), 0);
        report.AtMost("p99, times HAProxy's (5 % is noise)", p99[0] / p99[1], 1.05, string.Empty);
        report.AtLeast("nginx's p99, times ours", p99[2] / p99[0], 3, string.Empty);
    }

    private static Task<BenchFrontDoor> StartDoorAsync() => BenchFrontDoor.StartAsync(
        new { Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = "bench:application", Processes = Workers, Threads = 1, Queue = new { Limit = 10_000, MaxWait = "60s" } }, Workers);
}
