using System.Text.Json;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>
/// Our middleware with all that a request passes there (routing, admission, lease, retry, our transport, forwarded headers) against two rivals in the same app and on the same
/// two workers: a YARP cluster, which does the same for a client but for the queue and the slots, and YARP's forwarder alone, which sends workers the same headers and chooses none.
/// Beside them the ready server, with two workers of its own.
/// </summary>
internal static class AgainstYarp
{
    public static async Task RunAsync(Report report)
    {
        var program = Environment.ProcessPath!;
        var group = new
        {
            Directory = BenchFrontDoor.Apps,
            Command = new[] { program, StaticUpstream.Verb, "{socket}" },
            Processes = 2,
            Threads = 32,
        };
        var settings = Path.Combine(Directory.CreateTempSubdirectory("proxygroups-yarp-").FullName, "settings.json");
        await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(BenchFrontDoor.Settings(group)));
        await using var middleware = RivalProcess.Start(program, [DropInServer.Verb, settings]);
        var address = await AddressOfAsync(middleware);
        using var client = new HttpClient { BaseAddress = address };
        var sockets = await WorkerSockets.OfAsync(client, 2);
        await using var cluster = RivalProcess.Start(program, [BareYarp.Verb, BareYarp.AsCluster, .. sockets]);
        await using var forwarder = RivalProcess.Start(program, [BareYarp.Verb, BareYarp.AsForwarder, .. sockets]);
        await using var door = await BenchFrontDoor.StartAsync(group);
        Contestant[] servers =
        [
            new("our middleware", address, middleware.Pid),
            new("YARP cluster", await AddressOfAsync(cluster), cluster.Pid),
            new("YARP forwarder alone", await AddressOfAsync(forwarder), forwarder.Pid),
            new("our ready server", new Uri(door.Client.BaseAddress!, "/hello"), door.Pid),
        ];
        var ratios = await Duel.RunAsync(report, servers, report.IsLong ? 20 : 9, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        report.AtLeast("throughput, times a YARP cluster's", ratios[0], 0.97, string.Empty);
        report.AtLeast("throughput, times that of YARP's forwarder alone", ratios[1], 0.97, string.Empty);
        report.Note($"times that of the ready server: {ratios[2]:0.00}");
    }

    private static async Task<Uri> AddressOfAsync(RivalProcess server) => new(new Uri((await server.Output.ReadLineAsync())!), "/hello");
}
