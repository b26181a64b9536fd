using System.Globalization;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>The CPU time of all processes at one moment, by session.</summary>
/// <param name="At">Since the boot of the machine.</param>
internal sealed record CpuReading(TimeSpan At, IReadOnlyDictionary<int, (TimeSpan Cpu, TimeSpan Started)> Sessions)
{
    private static readonly CpuReading Nothing = new(TimeSpan.Zero, new Dictionary<int, (TimeSpan, TimeSpan)>());

    public static CpuReading Take()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Nothing;
        }

        var uptime = File.ReadAllText("/proc/uptime").Split(' ')[0];
        var all = ProcessStat.ReadAll();
        // A worker of the plain launcher leads no session.
        var started = all.ToDictionary(static process => process.Pid, static process => process.Started);
        var sessions = all.GroupBy(static process => process.Session).Where(session => started.ContainsKey(session.Key))
            .ToDictionary(static session => session.Key, session => (Sum(session), started[session.Key]));
        foreach (var process in all)
        {
            sessions.TryAdd(process.Pid, (process.Cpu, process.Started));
        }

        return new CpuReading(TimeSpan.FromSeconds(double.Parse(uptime, CultureInfo.InvariantCulture)), sessions);
    }

    /// <param name="before">An earlier reading; null: there is none that says something about now.</param>
    public CpuUse? Of(int pid, CpuReading? before)
    {
        if (!Sessions.TryGetValue(pid, out var now))
        {
            return null;
        }

        var (spent, span) = before is not null && before.Sessions.TryGetValue(pid, out var then) && then.Started == now.Started
            ? (now.Cpu - then.Cpu, At - before.At)
            : (now.Cpu, At - now.Started);
        // Clock ticks are coarse, and a child that ends in between is counted by neither reading for a moment.
        return new CpuUse(now.Cpu, span > TimeSpan.Zero ? Math.Max(0, spent / span) : 0);
    }

    private static TimeSpan Sum(IEnumerable<ProcessStat> processes) => new(processes.Sum(static process => process.Cpu.Ticks));
}
