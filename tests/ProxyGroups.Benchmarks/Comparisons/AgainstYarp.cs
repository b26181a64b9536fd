using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>The whole request path of a group (routing, admission, lease, retry, our transport) against YARP's forwarder alone, to the same two workers.</summary>
internal static class AgainstYarp
{
    private static readonly TimeSpan CpuRound = TimeSpan.FromSeconds(4);

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
        var workers = (await door.StateAsync()).Workers;
        var sockets = workers.Select(static worker => ProcessFigures.CommandLine(worker.Pid).Last(static word => word.StartsWith('/')));
        await using var yarp = RivalProcess.Start(program, [BareYarp.Verb, .. sockets]);
        var theirs = new Uri(new Uri((await yarp.Output.ReadLineAsync())!), "/hello");
        var ours = new Uri(door.Client.BaseAddress!, "/hello");

        var ratio = await Duel.RunAsync(report, ours, theirs, report.IsLong ? 7 : 4, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(4));
        report.AtLeast("throughput, times bare YARP's", ratio, 0.97, string.Empty);
        report.Note($"CPU per request: ours {await CpuPerRequestAsync(door.Pid, ours):0.0} us, bare YARP {await CpuPerRequestAsync(yarp.Pid, theirs):0.0} us; {door.Pid} {yarp.Pid}");
        report.Note($"memory: ours {ProcessFigures.ResidentMegabytes(door.Pid):0} MB, bare YARP {ProcessFigures.ResidentMegabytes(yarp.Pid):0} MB");
    }

    // Throughput is shared with wrk and the workers on few cores; this is what the proxy itself costs.
    private static async Task<double> CpuPerRequestAsync(int pid, Uri address)
    {
        var before = ProcessFigures.CpuTime(pid);
        var perSecond = await Wrk.RequestsPerSecondAsync(address, 64, CpuRound);
        return (ProcessFigures.CpuTime(pid) - before).TotalMicroseconds / (perSecond * CpuRound.TotalSeconds);
    }
}
