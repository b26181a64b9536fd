using System.Net.Http.Json;
using System.Text.Json;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>How long the status of very many workers takes, whose sizes and CPU time are really read: processes that do nothing stand in for apps.</summary>
internal static class Status
{
    private const int Groups = 200;
    private const int Workers = 4;
    private const double Bound = 200;

    public static async Task RunAsync(Report report)
    {
        await using var process = await FrontDoorProcess.StartAsync(Settings());
        await process.WaitForReadyAsync(Groups * Workers);
        using var client = await AdminClient.ConnectAsync(process);
        var (first, _) = await AskAsync(client);
        var answers = new List<(double Milliseconds, int Bytes)>();
        for (var round = 0; round < (report.IsLong ? 200 : 40); round++)
        {
            // Now and then sizes are due to be read anew.
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
            answers.Add(await AskAsync(client));
        }

        var times = answers.Select(static answer => answer.Milliseconds).ToList();
        report.Note($"{Groups} groups x {Workers} workers: {answers[^1].Bytes / 1024} KiB, p50 {Percentile.Median(times):0} ms");
        report.AtMost("the first, as soon as all workers are ready", first, Bound, "ms");
        report.AtMost("the slowest of the others", times.Max(), Bound, "ms");
        var groups = (await client.GetFromJsonAsync<JsonElement>("/v1/status")).GetProperty("groups").EnumerateArray();
        report.Exactly("workers whose memory and CPU time it tells", groups.SelectMany(static group => group.GetProperty("workers").EnumerateArray()).Count(static worker =>
            worker.GetProperty("memory").ValueKind == JsonValueKind.Number && worker.GetProperty("detail").GetProperty("cpuTime").ValueKind == JsonValueKind.String), Groups * Workers);
        var start = TimeProvider.System.GetTimestamp();
        var (code, _) = await FrontDoorProcess.RunToEndAsync(["status"], process.ContentRoot);
        report.Note($"the command, from its start to its end: {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0} ms, exit code {code}");
    }

    private static async Task<(double Milliseconds, int Bytes)> AskAsync(HttpClient client)
    {
        var start = TimeProvider.System.GetTimestamp();
        var bytes = await client.GetByteArrayAsync("/v1/status");
        return (TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, bytes.Length);
    }

    private static object Settings() => new
    {
        ReverseProxy = new { Routes = Names().ToDictionary(static name => name, static name => new { ClusterId = name, Match = new { Path = $"/{name}/{{**rest}}" } }) },
        ProxyGroups = new
        {
            Defaults = new { Processes = Workers, Directory = BenchFrontDoor.Apps, Command = new[] { "perl", Path.Combine(BenchFrontDoor.Apps, "tiny.pl"), "{socket}" }, Readiness = new { Notify = true } },
            ProcessGroups = Names().ToDictionary(static name => name, static _ => new { Threads = 4 }),
        },
    };

    private static IEnumerable<string> Names() => Enumerable.Range(0, Groups).Select(static number => $"app{number}");
}
