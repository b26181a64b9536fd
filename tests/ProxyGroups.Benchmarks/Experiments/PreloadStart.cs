using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>How soon a worker is ready that takes the place of one that was killed.</summary>
internal static partial class PreloadStart
{
    private const int Workers = 6;

    public static async Task RunAsync(Report report)
    {
        report.Note($"a plain worker of a small app is ready after {await MedianAsync("hello:application", new { })} ms (median)");
        var modules = new Dictionary<string, string> { ["ProxyGroups__ApplicationGroups__python__Preload__0"] = "decimal" };
        report.AtMost("a forked one", await MedianAsync("hello:application", new { ApplicationGroup = "python" }, modules), 30, "ms");
        report.AtMost("one of an app that takes 2 s to be imported, with PreloadApp", await MedianAsync("slow_start:application", new { PreloadApp = true }), 100, "ms");
    }

    private static async Task<int> MedianAsync(string app, object more, Dictionary<string, string>? settings = null)
    {
        var environment = new Dictionary<string, string>(settings ?? []) { ["Logging__LogLevel__ProxyGroups.Worker"] = "Debug" };
        var group = JsonSerializer.SerializeToNode(new { Directory = BenchFrontDoor.Apps, Wsgi = app, BenchFrontDoor.Python, Processes = Workers, Threads = 2 })!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(more)!.AsObject())
        {
            group[name] = value?.DeepClone();
        }

        await using var door = await BenchFrontDoor.StartAsync(group, Workers, environment: environment);
        for (var killed = 0; killed < 2 * Workers; killed++)
        {
            var victim = (await door.StateAsync()).Workers.MinBy(static worker => worker.Pid)!.Pid;
            using var process = Process.GetProcessById(victim);
            process.Kill();
            await door.WaitUntilAsync(state => state.IsSettled(Workers) && state.Workers.All(worker => worker.Pid != victim), TimeSpan.FromSeconds(30));
        }

        var times = door.Log.Select(static line => ReadyLine().Match(line)).Where(static match => match.Success).Skip(Workers)
            .Select(static match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).Order().ToList();
        return times[times.Count / 2];
    }

    [GeneratedRegex(@" app/\d+ generation \d+ pid \d+ ready after (\d+) ms")]
    private static partial Regex ReadyLine();
}
