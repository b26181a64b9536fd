using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>
/// The whole request path of a group (routing, admission, lease, retry, our transport, forwarded headers) to the same two workers as two rivals: a YARP cluster, which does
/// the same for a client but for the queue and the slots, and YARP's forwarder alone, which sends workers the same headers and chooses none.
/// </summary>
internal static class AgainstYarp
{
    public static async Task RunAsync(Report report)
    {
        var program = Environment.ProcessPath!;
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = BenchFrontDoor.Apps,
            Command = new[] { program, StaticUpstream.Verb, "{socket}" },
            Processes = 2,
            Threads = 32,
        });
        var sockets = (await door.StateAsync()).Workers.Select(static worker => ProcessFigures.CommandLine(worker.Pid).Last(static word => word.StartsWith('/'))).ToArray();
        await using var cluster = RivalProcess.Start(program, [BareYarp.Verb, BareYarp.AsCluster, .. sockets]);
        await using var forwarder = RivalProcess.Start(program, [BareYarp.Verb, BareYarp.AsForwarder, .. sockets]);
        Contestant[] servers =
        [
            new("ours", new Uri(door.Client.BaseAddress!, "/hello"), door.Pid),
            new("YARP cluster", await AddressOfAsync(cluster), cluster.Pid),
            new("YARP forwarder alone", await AddressOfAsync(forwarder), forwarder.Pid),
        ];
        var ratios = await Duel.RunAsync(report, servers, report.IsLong ? 20 : 9, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        report.AtLeast("throughput, times a YARP cluster's", ratios[0], 0.97, string.Empty);
        report.AtLeast("throughput, times that of YARP's forwarder alone", ratios[1], 0.97, string.Empty);
    }

    private static async Task<Uri> AddressOfAsync(RivalProcess yarp) => new(new Uri((await yarp.Output.ReadLineAsync())!), "/hello");
}
