using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>A worker that writes lines as fast as it can: the requests of another group do not fail, log, disk and memory stay bounded.</summary>
internal static class Chatty
{
    private const double PerSecond = 200;
    private const int OwnLogRate = 1000;
    private const double KiB = 1024;
    private static readonly ReadOnlyMemory<byte> Request = BenchFrontDoor.Get("/sleep?ms=5");
    private static readonly object Calm = new { Directory = BenchFrontDoor.Apps, Wsgi = "bench:application", Processes = 2 };

    public static async Task RunAsync(Report report)
    {
        var alone = await MeasureAsync(report, "alone", background: null);
        foreach (var (name, log) in new (string, object)[] { ("beside one that writes to the front door's log", new { }), ("beside one that writes to a file of its own", new { File = "log/chatty.log", MaxSize = "64KiB", Keep = 3 }) })
        {
            var beside = await MeasureAsync(report, name, Shouting(log));
            report.AtMost($"{name}: more cores that the front door uses", beside - alone, 0.5, string.Empty);
        }
    }

    private static object Shouting(object log) => new { Command = new[] { "yes", "all is well, and this line says so" }, Serves = false, Log = log };

    /// <summary>Cores that the front door uses.</summary>
    private static async Task<double> MeasureAsync(Report report, string name, object? background)
    {
        await using var door = await BenchFrontDoor.StartAsync(Calm, workers: background is null ? 2 : 3, background: background);
        using var clients = new Clients(door.EndPoint);
        await OpenLoop.RunAsync(PerSecond, TimeSpan.FromSeconds(3), _ => clients.SendAsync(Request));
        var (lines, cpu, start) = (door.Log.Count, ProcessFigures.CpuTime(door.Pid), TimeProvider.System.GetTimestamp());
        var samples = await OpenLoop.RunAsync(PerSecond, report.Duration(8, 30), _ => clients.SendAsync(Request));
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        var cores = (ProcessFigures.CpuTime(door.Pid) - cpu).TotalSeconds / seconds;
        report.Exactly($"{name}: failed requests", samples.Count(static sample => !sample.Answer.IsGood), 0);
        report.AtMost($"{name}: lines in the front door's log", (door.Log.Count - lines) / seconds, 1.1 * OwnLogRate, "per second");
        report.Note($"{name}: latency p99 {Percentile.Milliseconds(samples, 0.99):0.0} ms, longest {Percentile.Milliseconds(samples, 1):0} ms; front door {cores:0.00} cores, at most {ProcessFigures.PeakMegabytes(door.Pid):0} MB");
        var folder = new DirectoryInfo(Path.Combine(door.ContentRoot, "log"));
        if (folder.Exists)
        {
            report.AtMost($"{name}: disk", folder.GetFiles().Sum(static file => file.Length) / KiB, 4 * 64, "KiB");
        }

        return cores;
    }
}
