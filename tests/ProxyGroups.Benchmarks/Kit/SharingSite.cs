using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>Python apps whose memory is measured: that of all workers and of all processes that they were forked from (PSS).</summary>
internal sealed class SharingSite : IAsyncDisposable
{
    private const int Streams = 12;
    private const int RequestsUntilReport = 100;

    // The last workers may have more to tell, and that is tried, too.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    // Sizes that somebody has read by then are not read again sooner.
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(11);

    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    private readonly FrontDoorProcess _process;
    private readonly IReadOnlyList<SharedApp> _apps;

    private SharingSite(FrontDoorProcess process, IReadOnlyList<SharedApp> apps) => (_process, _apps) = (process, apps);

    /// <summary>Starts it and waits until all workers are ready.</summary>
    /// <param name="modules">Preload of the application group that all are in; empty: they are in none.</param>
    public static async Task<SharingSite> StartAsync(IReadOnlyList<SharedApp> apps, int workersEach, IReadOnlyList<string> modules)
    {
        var site = Site.Of([.. apps.Select(static (app, index) => ($"app{index}", app.Settings))]);
        site["ProxyGroups"]!["ApplicationGroups"] = new JsonObject { ["python"] = new JsonObject { ["Preload"] = JsonSerializer.SerializeToNode(modules) } };
        for (var index = 0; index < apps.Count; index++)
        {
            var group = site.Group($"app{index}");
            group["Processes"] = workersEach;
            group["Python"] = BenchFrontDoor.Python;
            group["ApplicationGroup"] = modules.Count > 0 ? "python" : null;
        }

        var process = await FrontDoorProcess.StartAsync(site);
        await process.WaitForReadyAsync(workersEach * apps.Count);
        return new(process, apps);
    }

    /// <summary>What is used after each number of requests to each worker on average.</summary>
    public static async Task<SharingPoint[]> MeasureAsync(IReadOnlyList<SharedApp> apps, int workersEach, IReadOnlyList<string> modules, IReadOnlyList<int> marks)
    {
        await using var site = await StartAsync(apps, workersEach, modules);
        if (modules is ["learn"])
        {
            await site.LearnAsync(workersEach * apps.Count);
        }

        var figures = new SharingPoint[marks.Count];
        for (var (mark, sent) = (0, 0); mark < marks.Count; sent = marks[mark++])
        {
            await site.AskAsync((marks[mark] - sent) * workersEach * apps.Count / Streams);
            figures[mark] = await site.LookAsync(marks[mark]);
        }

        return figures;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // A generation that is asked until it has told what it loads, and then one that is forked with that.
    private async Task LearnAsync(int workers)
    {
        await AskAsync(RequestsUntilReport * workers / Streams * 2);
        await _process.WaitForLogAsync("its apps load modules in common", 1);
        await Task.Delay(Settling, TimeProvider.System);
        _process.Signal("HUP");
        await _process.WaitForReadyAsync(2 * workers);
        await _process.WaitForLogAsync("ended: exit code 0", workers);
    }

    private Task AskAsync(int requests) => Task.WhenAll(Enumerable.Range(0, Streams).Select(async stream =>
    {
        var app = stream % _apps.Count;
        var pages = _apps[app].Pages;
        for (var request = 0; request < requests; request++)
        {
            await _process.Client.GetByteArrayAsync($"/app{app}{pages[request % pages.Count]}");
        }
    }));

    private async Task<SharingPoint> LookAsync(int requests)
    {
        using var admin = await AdminClient.ConnectAsync(_process);
        await Task.Delay(Old, TimeProvider.System);
        // This look has the sizes read anew.
        await admin.GetByteArrayAsync("/v1/status");
        await Task.Delay(Reading, TimeProvider.System);
        var status = await admin.GetFromJsonAsync<JsonElement>("/v1/status");
        var groups = status.GetProperty("groups").EnumerateArray().ToList();
        var used = groups.SelectMany(static group => group.GetProperty("workers").EnumerateArray()).SelectMany(worker => Line(worker.GetProperty("pid").GetInt32())).Distinct().Sum(ProcessFigures.ProportionalMegabytes);
        var parents = status.GetProperty("applicationGroups").EnumerateArray().ToList();
        var sharing = (parents.Count > 0 ? parents : groups.Select(static group => group.GetProperty("detail"))).Select(static owner => owner.GetProperty("sharing")).Where(static told => told.ValueKind == JsonValueKind.Object).ToList();
        return new(requests, used, sharing.Count > 0 ? sharing.Sum(static told => told.GetProperty("plain").GetInt64()) / 1e6 : used);
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
