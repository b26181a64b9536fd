using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What one more group and one more worker cost, from one to very many, and whether the requests to one group notice the others.</summary>
internal static class Scale
{
    private const double PerSecond = 200;
    private const int Starts = 3;
    private static readonly int[] Groups = [1, 10, 100, 500, 1000];
    private static readonly int[] Workers = [1, 4, 16, 64];
    private static readonly ReadOnlyMemory<byte> Request = BenchFrontDoor.Get("/app0/");

    public static async Task RunAsync(Report report)
    {
        var byGroups = new List<ScalePoint>();
        foreach (var groups in Groups)
        {
            byGroups.Add(await MeasureAsync(report, groups, workers: 1));
        }

        Write(report, byGroups);
        if (report.Plot is { } file)
        {
            ScalePlot.Save(file, byGroups);
            report.Note($"drawn: {file}");
        }

        var byWorkers = new List<ScalePoint>();
        foreach (var workers in Workers)
        {
            byWorkers.Add(await MeasureAsync(report, groups: 1, workers));
        }

        report.AtMost("latency p50 with 64 workers, times that with 1", byWorkers[^1].Latency / byWorkers[0].Latency, 1.5, string.Empty);
        report.AtMost("a worker's death among 64, times the CPU of one alone", byWorkers[^1].Death / byWorkers[0].Death, 4, string.Empty);
    }

    private static void Write(Report report, List<ScalePoint> points)
    {
        report.AtMost("latency p50 with 1,000 groups, times that with 1", points[^1].Latency / points[0].Latency, 1.5, string.Empty);
        WriteGrowth(report, "start, ms", points, static point => point.Start.TotalMilliseconds);
        WriteGrowth(report, "memory, kB", points, static point => point.Megabytes * 1000);
        WriteGrowth(report, "reload, ms", points, static point => point.Reload.TotalMilliseconds);
    }

    // Linear is 1; with few groups there is nothing to be told from chance.
    private static void WriteGrowth(Report report, string name, List<ScalePoint> points, Func<ScalePoint, double> figure)
    {
        var each = points.Skip(1).Select(point => (figure(point) - figure(points[0])) / (point.Groups - points[0].Groups)).TakeLast(2).ToList();
        report.Note($"{name} per further group: {each[0]:0.00} with 500, {each[1]:0.00} with 1,000");
        report.AtMost($"{name} per group with 1,000, times that with 500", each[1] / each[0], 1.5, string.Empty);
    }

    private static async Task<ScalePoint> MeasureAsync(Report report, int groups, int workers)
    {
        var starts = new List<double>();
        for (var start = 1; start < Starts; start++)
        {
            await using var earlier = await ScaleSite.StartAsync(groups, workers);
            starts.Add(earlier.Start.TotalMilliseconds);
        }

        await using var site = await ScaleSite.StartAsync(groups, workers);
        starts.Add(site.Start.TotalMilliseconds);
        using var clients = new Clients(site.EndPoint);
        await OpenLoop.RunAsync(PerSecond, TimeSpan.FromSeconds(3), _ => clients.SendAsync(Request));
        var megabytes = ProcessFigures.ResidentMegabytes(site.Pid);
        var samples = await OpenLoop.RunAsync(PerSecond, report.Duration(5, 20), _ => clients.SendAsync(Request));
        var reload = await site.ReloadAsync();
        var death = await site.KillOneAsync();
        var point = new ScalePoint(groups, workers, TimeSpan.FromMilliseconds(Percentile.Median(starts)), megabytes, Percentile.Median(samples.Select(static sample => sample.SinceSent.TotalMilliseconds)), reload, death.TotalMilliseconds);
        report.Note($"{groups,4} groups, {workers,2} workers: listens after {point.Start.TotalSeconds:0.00} s, {megabytes:0} MB, latency p50 {point.Latency:0.00} ms, p99 {Percentile.Of(samples.Select(static sample => sample.SinceSent.TotalMilliseconds), 0.99):0.0} ms; a reload takes effect after {reload.TotalMilliseconds:0} ms; a worker's death costs {death.TotalMilliseconds:0} ms CPU of the front door");
        report.Exactly("requests not answered with 200", samples.Count(static sample => !sample.Answer.IsGood), 0);
        return point;
    }
}
