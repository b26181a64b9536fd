using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Us.</summary>
/// <param name="name">For <c>--only</c>, targets and plots.</param>
/// <param name="description">What is special about it.</param>
/// <param name="environment">Variables of the front door.</param>
internal sealed class ProxyGroupsServer(string name, string description, IReadOnlyDictionary<string, string>? environment = null) : IRival
{
    public const string ShortName = "ProxyGroups";

    /// <summary>As it comes.</summary>
    public static ProxyGroupsServer Ready { get; } = new(ShortName, "the ready server as it comes");

    /// <summary>Without socket loops: on .NET's own sockets and thread pool.</summary>
    public static ProxyGroupsServer Pool { get; } = new(
        $"{ShortName} pool", "the same with FrontDoor:SocketLoops off", new Dictionary<string, string> { ["FrontDoor__SocketLoops"] = "false" });

    public string Name => name;

    public IReadOnlyList<string> Packages => ["python3"];

    public string Describe() => $"{description}, {WebApp.Processes} x {WebApp.Threads}; queue of 2,000, since 1,024 clients wait at once";

    public async Task<RunningServer> StartAsync(WebApp app)
    {
        var door = await StartDoorAsync(app, environment);
        return new RunningServer(new Uri($"http://127.0.0.1:{door.EndPoint.Port}/"), [door.Pid], [door]);
    }

    /// <summary>A front door with the app.</summary>
    public static Task<BenchFrontDoor> StartDoorAsync(WebApp app, IReadOnlyDictionary<string, string>? environment = null) => BenchFrontDoor.StartAsync(
        new
        {
            Directory = app.Folder,
            BenchFrontDoor.Python,
            Wsgi = $"{app.Module}:application",
            WebApp.Processes,
            WebApp.Threads,
            Queue = new { Limit = 2000, MaxWait = "30s" },
        },
        WebApp.Processes,
        environment: environment);
}
