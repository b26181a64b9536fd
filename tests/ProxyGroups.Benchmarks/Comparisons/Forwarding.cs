using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>What a front alone costs: the ready server, bare YARP, Caddy, nginx and HAProxy before the same two workers on Unix sockets, which cost next to nothing.</summary>
internal static class Forwarding
{
    private const int Workers = 2;
    private const int Threads = 32;

    public static async Task RunAsync(Report report)
    {
        await DebianPackages.RequireAsync(["wrk", "nginx-light", Caddy.Package, HAProxy.Package], report);
        var program = Environment.ProcessPath!;
        await using var door = await BenchFrontDoor.StartAsync(new { Directory = BenchFrontDoor.Apps, Command = await CheapUpstream.CommandAsync(), Processes = Workers, Threads });
        var sockets = await WorkerSockets.OfAsync(door.Client, Workers);
        await using var yarp = RivalProcess.Start(program, [BareYarp.Verb, BareYarp.AsForwarder, .. sockets]);
        await using var caddy = await Caddy.StartAsync("Caddy", sockets);
        await using var nginx = await Nginx.StartAsync("nginx", OpenFolder.Create("pg-nginx-"), sockets, Nginx.Forwards);
        await using var haproxy = await HAProxy.StartAsync("HAProxy", sockets, Threads, keepsConnections: true);
        Contestant[] servers =
        [
            new("our ready server", new Uri(door.Client.BaseAddress!, "/"), door.Pid),
            new("YARP's forwarder", new Uri((await yarp.Output.ReadLineAsync())!), yarp.Pid),
            new("Caddy", caddy.Address, caddy.Pid),
            new("nginx", nginx.Address, nginx.Pid),
            new("HAProxy", haproxy.Address, haproxy.Pid),
        ];
        var ratios = await Duel.RunAsync(report, servers, report.IsLong ? 15 : 7, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(2));
        report.AtLeast("throughput, times that of YARP's forwarder", ratios[0], 0.97, string.Empty);
        report.AtLeast("throughput, times Caddy's", ratios[1], 2, string.Empty);
        report.Note($"throughput, times nginx's: {ratios[2]:0.00}; times HAProxy's: {ratios[3]:0.00}. nginx's own CPU is that of its master, which serves nothing.");
    }
}
