using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Us.</summary>
internal sealed class ProxyGroupsServer : IRival
{
    public const string ShortName = "ProxyGroups";

    public string Name => ShortName;

    public IReadOnlyList<string> Packages => ["python3"];

    public string Describe() => $"the ready server, {WebApp.Processes} x {WebApp.Threads}; queue of 2,000, since 1,024 clients wait at once";

    public async Task<RunningServer> StartAsync(WebApp app)
    {
        var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = app.Folder,
            BenchFrontDoor.Python,
            Wsgi = $"{app.Module}:application",
            WebApp.Processes,
            WebApp.Threads,
            Queue = new { Limit = 2000, MaxWait = "30s" },
        });
        return new RunningServer(new Uri($"http://127.0.0.1:{door.EndPoint.Port}/"), [door.Pid], [door]);
    }
}
