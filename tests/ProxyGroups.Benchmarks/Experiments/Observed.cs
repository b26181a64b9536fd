using System.Globalization;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>
/// The ready server with metrics that are scraped each second, an access log and one open live page, against the same without; and that both count the same.
/// Of the page there is what reaches the server: the browser is taken to run elsewhere. Pairs of servers, since one and the same differs by a twentieth from start
/// to start.
/// </summary>
internal static class Observed
{
    private static readonly Dictionary<string, string> On = new()
    {
        ["ProxyGroups__AccessLog__Format"] = "json",
        ["ProxyGroups__AccessLog__File"] = "access.log",
        ["ProxyGroups__AccessLog__MaxSize"] = "10GiB",
        ["FrontDoor__Metrics"] = "/metrics",
    };

    public static async Task RunAsync(Report report)
    {
        await CompareAsync(report, "hello", "hello", report.IsLong ? 9 : 3);
        await CompareAsync(report, "a Flask page", "flask_page", report.IsLong ? 3 : 1);
    }

    private static async Task CompareAsync(Report report, string what, string module, int pairs)
    {
        var ratios = new List<double>();
        while (ratios.Count < pairs)
        {
            ratios.Add(await CompareOnceAsync(report, module));
        }

        report.AtLeast($"{what}: throughput with metrics, access log and an open page, times that without, median of {pairs}", Percentile.Median(ratios), 0.95, string.Empty);
    }

    private static async Task<double> CompareOnceAsync(Report report, string module)
    {
        var group = new { Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = $"{module}:application", WebApp.Processes, WebApp.Threads };
        await using var observed = await BenchFrontDoor.StartAsync(group, environment: On);
        await using var silent = await BenchFrontDoor.StartAsync(group);
        using var end = new CancellationTokenSource();
        using var page = await observed.AdminAsync();
        Task[] watching = [ScrapeAsync(observed, end.Token), FollowAsync(page, end.Token), LookAsync(page, end.Token)];
        Contestant[] servers = [new("observed", observed.Client.BaseAddress!, observed.Pid), new("silent", silent.Client.BaseAddress!, silent.Pid)];
        // Until the compiler is done, which has more to do where more runs: it takes the cores from requests. Then short rounds: the machine swings within seconds.
        var ratios = await Duel.RunAsync(report, servers, 10, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(1));
        await end.CancelAsync();
        await Task.WhenAll(watching);

        // The last lines may still be on their way.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        var counted = await CountAsync(observed);
        report.Exactly("requests counted", counted, await File.ReadLinesAsync(Path.Combine(observed.ContentRoot, "access.log")).LongCountAsync());
        return ratios[0];
    }

    private static async Task ScrapeAsync(BenchFrontDoor door, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await door.Client.GetStringAsync("/metrics", CancellationToken.None);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // As the page does: the status once more 250 ms after it has come.
    private static async Task LookAsync(HttpClient page, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await page.GetByteArrayAsync("v1/status", CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FollowAsync(HttpClient page, CancellationToken end)
    {
        await using var events = await page.GetStreamAsync("v1/events?after=0", CancellationToken.None);
        try
        {
            await events.CopyToAsync(Stream.Null, end);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task<long> CountAsync(BenchFrontDoor door)
    {
        var page = await door.Client.GetStringAsync("/metrics");
        var line = page.Split('\n').Single(static line => line.StartsWith("proxygroups_requests_total{", StringComparison.Ordinal));
        return (long)double.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
