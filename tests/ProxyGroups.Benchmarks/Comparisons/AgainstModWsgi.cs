using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>The same file, the same interpreter, the same shape.</summary>
internal static class AgainstModWsgi
{
    public static async Task RunAsync(Report report)
    {
        var folder = CopyWhereEverybodyReads("hello.py");
        await using var door = await BenchFrontDoor.StartAsync(new { Directory = folder, BenchFrontDoor.Python, Wsgi = "hello:application", WebApp.Processes, WebApp.Threads });
        await using var apache = await new ModWsgi().StartAsync(new WebApp(folder, "hello"));
        var ours = new Uri(door.Client.BaseAddress!, "/");
        var ratios = await Duel.RunAsync(
            report, [new("ours", ours, door.Pid), new("Apache mod_wsgi", apache.Address, apache.Pid)], report.IsLong ? 15 : 7, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(2));
        report.AtLeast("throughput, times Apache mod_wsgi's", ratios[0], 2.5, string.Empty);
    }

    private static string CopyWhereEverybodyReads(string file)
    {
        var folder = OpenFolder.Create("pg-hello-");
        File.Copy(Path.Combine(BenchFrontDoor.Apps, file), Path.Combine(folder, file));
        return folder;
    }
}
