using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>The results as a page for people: what we win, what we lose, and all raw figures.</summary>
internal static class RivalsPage
{
    public static async Task WriteAsync(string file, RivalsOptions options, IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results)
    {
        var throughput = Path.ChangeExtension(file, ".svg");
        var latency = Path.ChangeExtension(file, ".latency.svg");
        RivalsPlot.SaveThroughput(throughput, [.. results.Where(static result => result.Workload.Open is null)]);
        RivalsPlot.SaveLatency(latency, [.. results.Where(static result => result.Standings[0].P99 is not null)]);
        var page = new StringBuilder();
        page.AppendLine("# Beside the rivals").AppendLine()
            .AppendLine("Written by this command, which installs what it needs from Debian:").AppendLine()
            .AppendLine($"    dotnet run -c Release --project tests/ProxyGroups.Benchmarks -- rivals --page {Path.GetFileName(file)}").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}; {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}. The load generator ({await WrkAsync()}, one thread) shares the cores.")
            .AppendLine(CultureInfo.InvariantCulture, $"{options.Rounds} rounds of {options.Round.TotalSeconds:0} s for each server and workload, in turn; medians, and the median of the ratios within each round. Above 1 we are faster, below 1 slower.").AppendLine()
            .AppendLine($"![Throughput of each server as a share of the best]({Path.GetFileName(throughput)})").AppendLine()
            .AppendLine($"![Latency of each server, 99th percentile]({Path.GetFileName(latency)})").AppendLine();
        AppendRatios(page, options, results);
        foreach (var (workload, standings) in results)
        {
            AppendWorkload(page, workload, standings);
        }

        await AppendServersAsync(page, options);
        await File.WriteAllTextAsync(file, page.ToString());
    }

    private static void AppendRatios(StringBuilder page, RivalsOptions options, IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results)
    {
        var rivals = options.Rivals.Skip(1).Select(static rival => rival.Name).ToList();
        page.AppendLine("Our throughput as it comes, times that of; for workloads with *p99*: its 99th percentile, times ours").AppendLine()
            .AppendLine($"| workload | {string.Join(" | ", rivals)} |")
            .AppendLine($"|---|{string.Concat(rivals.Select(static _ => "---|"))}");
        foreach (var (workload, standings) in results)
        {
            page.AppendLine($"| {workload.Name}{(workload.Open is null ? string.Empty : ", *p99*")} | {string.Join(" | ", standings.Skip(1).Select(static standing => standing.Rate == 0 ? "answers nobody" : Ratio(standing.Ratio)))} |");
        }

        page.AppendLine();
    }

    private static string Ratio(double ratio)
    {
        var text = ratio.ToString("0.00", CultureInfo.InvariantCulture);
        return ratio < 1 ? $"**{text}**" : text;
    }

    private static void AppendWorkload(StringBuilder page, Workload workload, IReadOnlyList<Standing> standings)
    {
        page.AppendLine($"## {workload.Name}").AppendLine().AppendLine(workload.Open is { } load ? string.Create(CultureInfo.InvariantCulture, $"{workload.Shows}; {load.PerSecond:0} requests/s, at exponential intervals.") : $"{workload.Shows}; {workload.Connections} connections.").AppendLine();
        if (workload.Targets.Count > 0)
        {
            page.AppendLine($"Targets, as ratios: {string.Join(", ", workload.Targets.Select(static target => string.Create(CultureInfo.InvariantCulture, $"{target.Key} {target.Value}")))}.").AppendLine();
        }

        var latency = standings.Any(static standing => standing.P99 is not null);
        var heading = workload.Open is null ? " p50, p99 at half of the slowest's rate |" : " p50, p99 |";
        page.AppendLine($"| server | answers/s | memory |{(latency ? heading : string.Empty)} not answered |{(workload.Open is null ? " rounds |" : string.Empty)}")
            .AppendLine($"|---|---|---|---|{(latency ? "---|" : string.Empty)}{(workload.Open is null ? "---|" : string.Empty)}");
        foreach (var standing in standings)
        {
            var times = latency ? string.Create(CultureInfo.InvariantCulture, $" {standing.Median:0.0} ms, {standing.P99:0.0} ms |") : string.Empty;
            var rounds = workload.Open is null ? $" {string.Join(' ', standing.Rates.Select(static rate => rate.ToString("0", CultureInfo.InvariantCulture)))} |" : string.Empty;
            page.AppendLine(CultureInfo.InvariantCulture, $"| {standing.Server} | {standing.Rate:0} | {standing.Megabytes:0} MB |{times} {standing.Refused + standing.Broken} |{rounds}");
        }

        page.AppendLine();
    }

    private static async Task AppendServersAsync(StringBuilder page, RivalsOptions options)
    {
        page.AppendLine("## The servers").AppendLine().AppendLine("| server | set up as | Debian packages |").AppendLine("|---|---|---|");
        foreach (var rival in options.Rivals)
        {
            var versions = new List<string>();
            foreach (var package in rival.Packages)
            {
                versions.Add($"{package} {await DebianPackages.VersionAsync(package)}");
            }

            page.AppendLine($"| {rival.Name} | {rival.Describe()} | {string.Join(", ", versions)} |");
        }

        page.AppendLine().AppendLine("Memory is that of all processes of a server, shared pages in equal parts (PSS), after the load. Not answered: answers without success, and connections that were closed with a request on them.")
            .AppendLine("Latency counts from when a request was due (open loop), so a stalled server is not excused; who is not answered within 10 s counts as 10 s.");
    }

    private static async Task<string> WrkAsync() => $"wrk {await DebianPackages.VersionAsync("wrk")}";
}
