using System.Diagnostics;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>We and the servers that people choose between, with the same apps in the same shape on the same machine in the same run.</summary>
internal static class RivalsCommand
{
    /// <summary>Exit code: 0 all targets met, 1 one missed, 2 it could not run.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            return await RunAsync(RivalsOptions.Parse(arguments), new Report(Console.Out, isLong: true));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    private static async Task<int> RunAsync(RivalsOptions options, Report report)
    {
        await DebianPackages.RequireAsync(["wrk", "python3-flask", "python3-django", .. options.Rivals.SelectMany(static rival => rival.Packages).Distinct()], report);
        var folder = await PrepareAppsAsync();
        var results = new List<(Workload Workload, IReadOnlyList<Standing> Standings)>();
        foreach (var workloads in options.Workloads.GroupBy(static workload => workload.Module))
        {
            await using var field = await Field.StartAsync(options.Rivals, new WebApp(folder, workloads.Key), options.WarmUp, report);
            foreach (var workload in workloads)
            {
                var standings = workload.Open is { } load
                    ? await new OpenBout(workload, load, options, report).RunAsync(field.Servers)
                    : await new Bout(workload, options, report).RunAsync(field.Servers);
                results.Add((workload, standings));
                Write(report, workload, standings);
            }
        }

        if (options.Page is { } page)
        {
            await RivalsPage.WriteAsync(page, options, results);
            report.Note($"written: {page}");
        }

        return report.HasMisses ? 1 : 0;
    }

    private static void Write(Report report, Workload workload, IReadOnlyList<Standing> standings)
    {
        report.Note($"{workload.Name}: {workload.Shows}");
        foreach (var standing in standings)
        {
            report.Note($"  {standing.Server,-21} {standing.Rate,8:0}/s ({standing.Rates.Min():0} to {standing.Rates.Max():0}), {standing.Megabytes,5:0} MB{(standing.P99 is null ? string.Empty : $", p50 {standing.Median:0.0} ms, p99 {standing.P99:0.0} ms")}{(standing.Refused + standing.Broken > 0 ? $"; {standing.Refused} answers without success, {standing.Broken} connections broken" : string.Empty)}");
        }

        foreach (var (name, least) in workload.Targets)
        {
            foreach (var rival in standings.Skip(1).Where(standing => name == standing.Server || (name == "best" && !standing.Server.StartsWith(ProxyGroupsServer.ShortName, StringComparison.Ordinal))))
            {
                report.AtLeast($"{workload.Name}, times {rival.Server}", rival.Ratio, least, string.Empty);
            }
        }
    }

    // Where every user may read them: Apache's daemons are www-data.
    private static async Task<string> PrepareAppsAsync()
    {
        var folder = OpenFolder.Create("pg-rivals-");
        foreach (var file in Directory.EnumerateFiles(BenchFrontDoor.Apps, "*", SearchOption.AllDirectories).Where(static file => !file.Contains("__pycache__", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(BenchFrontDoor.Apps, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        using var prepare = Process.Start(BenchFrontDoor.Python, [Path.Combine(folder, "django_page.py")]);
        await prepare.WaitForExitAsync();
        return prepare.ExitCode == 0 ? folder : throw new InvalidOperationException("The database of the Django page could not be made; the reason is above.");
    }
}
