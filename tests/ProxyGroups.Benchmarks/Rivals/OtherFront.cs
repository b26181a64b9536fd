using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Another front before our own Python workers: what our front door itself is worth, and what it costs.</summary>
/// <param name="name">For <c>--only</c>, targets and plots.</param>
/// <param name="packages">Debian packages of the front.</param>
/// <param name="description">How it is set up.</param>
/// <param name="start">Starts it before these sockets.</param>
internal sealed class OtherFront(string name, IReadOnlyList<string> packages, string description, Func<IReadOnlyList<string>, Task<RunningServer>> start) : IRival
{
    public string Name => name;

    public IReadOnlyList<string> Packages => packages;

    public static IReadOnlyList<OtherFront> All { get; } =
    [
        new("nginx + our workers", ["nginx-light"], "round robin, a connection for each request: a worker's thread serves one connection", static sockets =>
            Nginx.StartAsync("nginx", OpenFolder.Create("pg-nginx-"), sockets, "proxy_pass http://app;")),
        new("HAProxy + our workers", [HAProxy.Package], "leastconn, maxconn 4, a connection for each request", static sockets =>
            HAProxy.StartAsync("HAProxy", sockets, WebApp.Threads, keepsConnections: false)),
        new("YARP + our workers", [], $"bare YARP {typeof(Yarp.ReverseProxy.Forwarder.IHttpForwarder).Assembly.GetName().Version!.ToString(3)}, a cluster of two, at most 4 connections to each", StartYarpAsync),
    ];

    public string Describe() => $"{description}; {WebApp.Processes} x {WebApp.Threads}";

    public async Task<RunningServer> StartAsync(WebApp app)
    {
        var door = await ProxyGroupsServer.StartDoorAsync(app);
        try
        {
            var sockets = await WorkerSockets.OfAsync(door.Client, WebApp.Processes);
            var workers = (await door.StateAsync()).Workers.Select(static worker => worker.Pid);
            return (await start(sockets)).With([.. workers], door);
        }
        catch
        {
            await door.DisposeAsync();
            throw;
        }
    }

    private static async Task<RunningServer> StartYarpAsync(IReadOnlyList<string> sockets)
    {
        var yarp = RivalProcess.Start(Environment.ProcessPath!, [BareYarp.Verb, BareYarp.AsLimitedCluster, .. sockets]);
        var address = await yarp.Output.ReadLineAsync() ?? throw new InvalidOperationException("Bare YARP has ended before it listened; the reason is above.");
        return await RunningServer.WaitAsync("YARP", new Uri(address).Port, null, yarp);
    }
}
