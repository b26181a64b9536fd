using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>
/// The whole request path of a group (routing, admission, lease, retry, our transport, forwarded headers) to the same two workers as two rivals: a YARP cluster, which does
/// the same for a client but for the queue and the slots, and YARP's forwarder alone, which neither chooses a worker nor tells it who asks.
/// </summary>
internal static class AgainstYarp
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

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
        (string Name, Uri Address)[] servers =
        [
            ("ours", new Uri(door.Client.BaseAddress!, "/hello")),
            ("YARP cluster", await AddressOfAsync(cluster)),
            ("YARP forwarder alone", await AddressOfAsync(forwarder)),
        ];

        var ratios = await Duel.RunAsync(report, servers, report.IsLong ? 14 : 7, TimeSpan.FromSeconds(6), Round);
        report.AtLeast("throughput, times a YARP cluster's", ratios[0], 0.97, string.Empty);
        report.AtLeast("throughput, times that of YARP's forwarder alone", ratios[1], 0.97, string.Empty);
        int[] pids = [door.Pid, cluster.Pid, forwarder.Pid];
        foreach (var (server, pid) in servers.Zip(pids))
        {
            report.Note($"{server.Name,-20} {await CpuPerRequestAsync(pid, server.Address):0.0} us CPU per request, {ProcessFigures.ResidentMegabytes(pid):0} MB");
        }
    }

    private static async Task<Uri> AddressOfAsync(RivalProcess yarp) => new(new Uri((await yarp.Output.ReadLineAsync())!), "/hello");

    // Throughput is shared with wrk and the workers on few cores; this is what the proxy itself costs.
    private static async Task<double> CpuPerRequestAsync(int pid, Uri address)
    {
        var before = ProcessFigures.CpuTime(pid);
        var perSecond = await Wrk.RequestsPerSecondAsync(address, 64, Round);
        return (ProcessFigures.CpuTime(pid) - before).TotalMicroseconds / (perSecond * Round.TotalSeconds);
    }
}
