using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>The same file, the same interpreter, the same shape.</summary>
internal static class AgainstModWsgi
{
    public static async Task RunAsync(Report report)
    {
        var folder = CopyWhereEverybodyReads("hello.py");
        await using var door = await BenchFrontDoor.StartAsync(new { Directory = folder, Wsgi = "hello:application", Processes = 2, Threads = 4 });
        var (apache, theirs) = await ApacheServer.StartAsync(Path.Combine(folder, "hello.py"), processes: 2, threads: 4);
        await using (apache)
        {
            var ours = new Uri(door.Client.BaseAddress!, "/");
            var ratio = await Duel.RunAsync(report, ours, theirs, report.IsLong ? 7 : 4, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(4));
            report.AtLeast("throughput, times Apache mod_wsgi's", ratio, 2.5, string.Empty);
        }
    }

    // Apache's daemons run as www-data, who cannot look into everybody's working copy.
    private static string CopyWhereEverybodyReads(string file)
    {
        var folder = Directory.CreateTempSubdirectory("pg-hello-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        File.Copy(Path.Combine(BenchFrontDoor.Apps, file), Path.Combine(folder, file));
        return folder;
    }
}
