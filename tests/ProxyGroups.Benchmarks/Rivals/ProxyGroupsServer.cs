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

    /// <summary>With the expert's switch.</summary>
    public static ProxyGroupsServer Inline { get; } = new(
        $"{ShortName} inline", "the same with DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1", new Dictionary<string, string> { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" });

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
