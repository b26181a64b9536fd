using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>Python apps whose memory is measured: that of all workers and of all processes that they were forked from (PSS).</summary>
internal sealed class SharingSite : IAsyncDisposable
{
    private const int Streams = 12;
    private const int RequestsUntilReport = 100;

    // The last workers may have more to tell, and that is tried, too.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    private readonly FrontDoorProcess _process;
    private readonly int _groups;

    private SharingSite(FrontDoorProcess process, int groups) => (_process, _groups) = (process, groups);

    /// <summary>Starts it and waits until all workers are ready.</summary>
    /// <param name="modules">Preload of the application group that all are in; empty: they are in none.</param>
    public static async Task<SharingSite> StartAsync(IReadOnlyList<object> groups, int workersEach, IReadOnlyList<string> modules)
    {
        var site = Site.Of([.. groups.Select(static (group, index) => ($"app{index}", group))]);
        site["ProxyGroups"]!["ApplicationGroups"] = new JsonObject { ["python"] = new JsonObject { ["Preload"] = JsonSerializer.SerializeToNode(modules) } };
        for (var index = 0; index < groups.Count; index++)
        {
            var group = site.Group($"app{index}");
            group["Processes"] = workersEach;
            group["Python"] = BenchFrontDoor.Python;
            group["ApplicationGroup"] = modules.Count > 0 ? "python" : null;
        }

        var process = await FrontDoorProcess.StartAsync(site);
        await process.WaitForReadyAsync(workersEach * groups.Count);
        return new(process, groups.Count);
    }

    /// <summary>Megabytes after each number of requests to each worker on average.</summary>
    public static async Task<double[]> MeasureAsync(IReadOnlyList<object> groups, int workersEach, IReadOnlyList<string> modules, IReadOnlyList<int> marks, params string[] pages) =>
        [.. (await MeasureAllAsync(groups, workersEach, modules, marks, pages)).Select(static point => point.Used)];

    /// <summary>The same, with what the front door would tell of it.</summary>
    public static async Task<SharingPoint[]> MeasureAllAsync(IReadOnlyList<object> groups, int workersEach, IReadOnlyList<string> modules, IReadOnlyList<int> marks, params string[] pages)
    {
        await using var site = await StartAsync(groups, workersEach, modules);
        if (modules is ["learn"])
        {
            await site.LearnAsync(workersEach * groups.Count, pages);
        }

        var figures = new SharingPoint[marks.Count];
        for (var (mark, sent) = (0, 0); mark < marks.Count; sent = marks[mark++])
        {
            await site.AskAsync((marks[mark] - sent) * workersEach * groups.Count / Streams, pages);
            figures[mark] = await site.LookAsync(marks[mark]);
        }

        return figures;
    }

    /// <summary>Says what was measured, in a line for each number of requests.</summary>
    public static void Tell(Report report, string what, IReadOnlyList<int> marks, double[] plain, double[] shared)
    {
        foreach (var (requests, without, with) in marks.Zip(plain, shared))
        {
            report.Note(string.Create(CultureInfo.InvariantCulture, $"{what}, after {requests} requests each: plain {without:0.0} MB, forked {with:0.0} MB with all that they were forked from, ratio {with / without:0.00}"));
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // A generation that is asked until it has told what it loads, and then one that is forked with that.
    private async Task LearnAsync(int workers, string[] pages)
    {
        await AskAsync(RequestsUntilReport * workers / Streams * 2, pages);
        await _process.WaitForLogAsync("its apps load modules in common", 1);
        await Task.Delay(Settling, TimeProvider.System);
        _process.Signal("HUP");
        await _process.WaitForReadyAsync(2 * workers);
        await _process.WaitForLogAsync("ended: exit code 0", workers);
    }

    private Task AskAsync(int requests, string[] pages) => Task.WhenAll(Enumerable.Range(0, Streams).Select(async stream =>
    {
        for (var request = 0; request < requests; request++)
        {
            await _process.Client.GetStringAsync($"/app{stream % _groups}{pages[request % pages.Length]}");
        }
    }));

    private async Task<SharingPoint> LookAsync(int requests)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Site.Overview) { Headers = { { "Accept", "application/json" } } };
        using var response = await _process.Client.SendAsync(request);
        var groups = await response.Content.ReadFromJsonAsync<GroupState[]>(JsonSerializerOptions.Web);
        var workers = groups!.SelectMany(static group => group.Workers).Select(static worker => worker.Pid).ToList();
        return new(requests, workers.SelectMany(Line).Distinct().Sum(ProcessFigures.ProportionalMegabytes), workers.Sum(static pid => ProcessMemory.Of(pid)!.Value.Unforked!.Value) / 1e6);
    }

    // A worker and what it was forked from, up to the front door.
    private IEnumerable<int> Line(int pid)
    {
        for (; pid != _process.Pid; pid = ProcessFigures.ParentOf(pid))
        {
            yield return pid;
        }
    }
}
