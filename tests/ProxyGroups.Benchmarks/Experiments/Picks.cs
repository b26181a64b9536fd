using System.Net;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>
/// Requests that compute 20 ms and wait 20 ms, on 4 processes of 5 threads at half the load of the cores. We give each to the least busy process; mod_wsgi's processes take
/// whatever comes as they happen to wake, which the model calls by chance. The model says what the choice alone can give on this machine's cores.
/// </summary>
internal static class Picks
{
    private const int Processes = 4;
    private const int Threads = 5;
    private const double Load = 0.5;
    private const int Modelled = 50_000;
    private static readonly TimeSpan Part = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(Report report)
    {
        await DebianPackages.RequireAsync([.. new ModWsgi().Packages], report);
        var perSecond = Load * Environment.ProcessorCount / Part.TotalSeconds;
        var (p50, p99) = Model(report, perSecond);
        var app = new WebApp(OpenFolder.Create("pg-picks-"), "half") { Shape = (Processes, Threads) };
        File.Copy(Path.Combine(BenchFrontDoor.Apps, "half.py"), Path.Combine(app.Folder, "half.py"));
        await using var door = await BenchFrontDoor.StartAsync(new { Directory = app.Folder, BenchFrontDoor.Python, Wsgi = "half:application", Processes, Threads }, Processes);
        await using var apache = await new ModWsgi().StartAsync(app);
        var samples = await MeasureAsync(report, perSecond, [door.EndPoint, apache.EndPoint]);
        report.Exactly("requests not answered with 200", samples.Sum(static all => all.Count(static sample => !sample.Answer.IsGood)), 0);
        Write(report, "p50", samples, 0.5, p50);
        Write(report, "p99", samples, 0.99, p99);
    }

    private static (double P50, double P99) Model(Report report, double perSecond)
    {
        var comes = OpenLoop.DueTimes(perSecond).Take(Modelled).ToList();
#pragma warning disable CA5394 // Nothing to guess here.
        var random = new Random(1);
        var least = NewModel().Run(comes, static busy => Array.IndexOf(busy, busy.Min()));
        var chance = NewModel().Run(comes, busy => Enumerable.Range(0, Processes).Where(process => busy[process] < Threads).ToArray() is var free ? free[random.Next(free.Length)] : 0);
#pragma warning restore CA5394
        var (p50, p99) = (Ratio(least, chance, 0.5), Ratio(least, chance, 0.99));
        report.Note($"model, {Environment.ProcessorCount} cores, {perSecond:0} requests/s: least busy p50 {Percentile.Of(least, 0.5):0.0} ms, p99 {Percentile.Of(least, 0.99):0.0} ms; by chance {Percentile.Of(chance, 0.5):0.0} and {Percentile.Of(chance, 0.99):0.0} ms");
        return (p50, p99);
    }

    private static InterpreterModel NewModel() => new(Processes, Threads, Environment.ProcessorCount, Part, Part);

    private static double Ratio(IReadOnlyList<double> ours, IReadOnlyList<double> theirs, double share) => Percentile.Of(ours, share) / Percentile.Of(theirs, share);

    private static async Task<IReadOnlyList<List<Sample>>> MeasureAsync(Report report, double perSecond, IPEndPoint[] servers)
    {
        await Turns.RunAsync(servers, 1, perSecond, TimeSpan.FromSeconds(8), static _ => BenchFrontDoor.Get("/"));
        return await Turns.RunAsync(servers, report.IsLong ? 8 : 3, perSecond, report.Duration(6, 15), static _ => BenchFrontDoor.Get("/"));
    }

    // A fifth of what the model promises may go to what it leaves out: the front's own cost, and the load generator on the same cores.
    private static void Write(Report report, string name, IReadOnlyList<List<Sample>> samples, double share, double modelled)
    {
        var (ours, theirs) = (Percentile.Milliseconds(samples[0], share), Percentile.Milliseconds(samples[1], share));
        report.Note($"{name}: ours {ours:0.0} ms, mod_wsgi's {theirs:0.0} ms");
        report.AtLeast($"{name}, better than mod_wsgi's by", 100 * (1 - (ours / theirs)), 80 * (1 - modelled), $"% (model {100 * (1 - modelled):0} %)");
    }
}
