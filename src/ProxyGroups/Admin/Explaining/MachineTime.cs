using System.Globalization;

namespace ProxyGroups.Admin;

/// <summary>What all CPUs of the machine have done since its boot, in clock ticks of all of them together.</summary>
internal sealed record MachineTime(long Busy, long All)
{
    private const int Idle = 3;
    private const int WaitingForDisks = 4;

    // Guests' time is in that of their hosts already.
    private const int Kinds = 8;

    /// <summary>Null: the kernel does not tell.</summary>
    public static MachineTime? Take()
    {
        try
        {
            using var lines = File.OpenText("/proc/stat");
            return Parse(lines.ReadLine() ?? string.Empty);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="line">"cpu  4705 0 2253 136239 77 0 12 0 0 0"</param>
    public static MachineTime? Parse(string line)
    {
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(Kinds).Select(static text => long.TryParse(text, CultureInfo.InvariantCulture, out var ticks) ? ticks : -1).ToList();
        return ticks.Count <= WaitingForDisks || ticks.Contains(-1) ? null : new MachineTime(ticks.Sum() - ticks[Idle] - ticks[WaitingForDisks], ticks.Sum());
    }

    /// <summary>Part of all CPUs that was busy; null: nobody can tell.</summary>
    public double? BusySince(MachineTime? before) => before is not null && All > before.All ? Math.Clamp((double)(Busy - before.Busy) / (All - before.All), 0, 1) : null;
}
