using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>The front door stops: a long request finishes first, and workers that do not want to go are gone in time, whole trees of them.</summary>
internal static class Stop
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Report report)
    {
        await MeasureLongRequestAsync(report);
        await MeasureStubbornAsync(report, "children that stay in its process group", "sleep 600 & sleep 600 &");
        await MeasureStubbornAsync(report, "children in sessions of their own", "setsid sleep 600 & setsid sleep 600 &");
    }

    private static async Task MeasureLongRequestAsync(Report report)
    {
        await using var door = await BenchFrontDoor.StartAsync(new { Directory = BenchFrontDoor.Apps, Wsgi = "bench:application" }, workers: 1);
        using var clients = new Clients(door.EndPoint);
        var running = clients.SendAsync(BenchFrontDoor.Get("/sleep?ms=20000"));
        await door.WaitUntilAsync(static state => state.BusySlots == 1, TimeSpan.FromSeconds(10));
        door.Signal("TERM");
        report.Exactly("status of a request of 20 s that runs at the stop", (await running).Status, 200);
        var answered = TimeProvider.System.GetTimestamp();
        report.Exactly("exit code", await door.ExitCodeAsync(), 0);
        report.Note($"ended {TimeProvider.System.GetElapsedTime(answered).TotalMilliseconds:0} ms after the answer");
    }

    private static async Task MeasureStubbornAsync(Report report, string what, string children)
    {
        var worker = $"{BenchFrontDoor.Python} -m http.server --bind 127.0.0.1 {{port}}";
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Command = new[] { "sh", "-c", $"trap '' TERM INT HUP; {children} {worker} & wait; wait; wait" },
            Processes = 4,
            Timeouts = new { Stop = $"{Timeout.TotalSeconds}s" },
        }, workers: 4);
        var all = ProcessTree.Below(door.Pid);
        var start = TimeProvider.System.GetTimestamp();
        door.Signal("TERM");
        while (all.Any(ProcessTree.IsAlive))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        report.AtMost($"stop of 4 workers that ignore it, with {what}, {all.Count} processes: until the last is gone", seconds, Timeout.TotalSeconds + 1, "s");
        report.Exactly("exit code", await door.ExitCodeAsync(), 0);
    }
}
