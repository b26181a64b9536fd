using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Experiments;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Twice what each can do, from clients that wait 2 s at most: how much of the capacity is still useful. The rivals' queues are as their manuals leave them.</summary>
internal static class OverloadBeside
{
    public static async Task RunAsync(Report report)
    {
        IRival[] rivals = [new ModWsgi(), new Passenger()];
        await DebianPackages.RequireAsync([.. rivals.SelectMany(static rival => rival.Packages).Distinct()], report);
        var folder = OpenFolder.Create("pg-overload-");
        File.Copy(Path.Combine(BenchFrontDoor.Apps, "bench.py"), Path.Combine(folder, "bench.py"));
        var app = new WebApp(folder, "bench");
        await using var door = await BenchFrontDoor.StartAsync(
            new { Directory = folder, BenchFrontDoor.Python, Wsgi = "bench:application", WebApp.Processes, WebApp.Threads, Queue = new { Limit = 1000, MaxWait = "1s" } });
        var ours = await MeasureAsync(report, ProxyGroupsServer.ShortName, new Clients(door.EndPoint, Overload.Patience));
        report.AtLeast("our useful answers of capacity", ours, 95, "%");
        foreach (var rival in rivals)
        {
            await using var server = await rival.StartAsync(app);
            await MeasureAsync(report, rival.Name, new Clients(server.EndPoint, Overload.Patience));
        }
    }

    private static async Task<double> MeasureAsync(Report report, string name, Clients clients)
    {
        using (clients)
        {
            var capacity = await Overload.CapacityAsync(clients, TimeSpan.FromSeconds(5));
            var duration = report.Duration(15);
            var samples = await OpenLoop.RunAsync(2 * capacity, duration, _ => clients.SendAsync(Overload.Request));
            var useful = 100 * samples.Count(sample => sample.Answer.IsGood && sample.Ended <= duration) / duration.TotalSeconds / capacity;
            var good = samples.Where(static sample => sample.Answer.IsGood);
            report.Note($"{name,-12} capacity {capacity:0}/s, useful answers {useful:0} % of it, p99 {Percentile.Milliseconds(good, 0.99):0} ms, refused {samples.Count(static sample => sample.Answer.Status >= 500)}, clients that lost patience {samples.Count(static sample => sample.Answer.GaveUp)} of {samples.Count}");
            return useful;
        }
    }
}
