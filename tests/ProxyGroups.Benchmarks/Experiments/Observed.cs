using System.Globalization;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>
/// The ready server with metrics that are scraped each second, an access log and one open live page, against the same without; and that both count the same.
/// Of the page there is what reaches the server: the browser is taken to run elsewhere.
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
        // Python: servers before .NET workers differ by a tenth from one start to the next.
        var group = new { Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = "hello:application", WebApp.Processes, WebApp.Threads };
        await using var observed = await BenchFrontDoor.StartAsync(group, environment: On);
        await using var silent = await BenchFrontDoor.StartAsync(group);
        using var end = new CancellationTokenSource();
        using var page = await observed.AdminAsync();
        Task[] watching = [ScrapeAsync(observed, end.Token), FollowAsync(page, end.Token), LookAsync(page, end.Token)];
        Contestant[] servers = [new("observed", new Uri(observed.Client.BaseAddress!, "/hello"), observed.Pid), new("silent", new Uri(silent.Client.BaseAddress!, "/hello"), silent.Pid)];
        // Until the compiler is done, which has more to do where more runs: it takes the cores from requests. Then short rounds: the machine swings within seconds.
        var ratios = await Duel.RunAsync(report, servers, report.IsLong ? 60 : 30, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        await end.CancelAsync();
        await Task.WhenAll(watching);
        report.AtLeast("throughput with metrics, access log and an open page, times that without", ratios[0], 0.95, string.Empty);

        // The last lines may still be on their way.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        var counted = await CountAsync(observed);
        report.Exactly("requests counted", counted, await File.ReadLinesAsync(Path.Combine(observed.ContentRoot, "access.log")).LongCountAsync());
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
