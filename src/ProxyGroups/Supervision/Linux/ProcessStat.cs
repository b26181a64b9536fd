using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>The few fields of /proc/PID/stat (proc_pid_stat(5)) that tell kin, identity and CPU time.</summary>
internal readonly record struct ProcessStat(int Pid, char State, int Parent, int Group, int Session, long StartTime)
{
    // USER_HZ, which is the same on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Of the process and of its children that have ended, in clock ticks.</summary>
    public long CpuTicks { get; init; }

    public TimeSpan Cpu => TimeSpan.FromSeconds(CpuTicks / TicksPerSecond);

    /// <summary>From the boot of the machine.</summary>
    public TimeSpan Started => TimeSpan.FromSeconds(StartTime / TicksPerSecond);

    public bool IsAlive => State is not ('Z' or 'X');

    public static ProcessStat? Read(int pid)
    {
        try
        {
            return Parse(pid, File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static List<ProcessStat> ReadAll()
    {
        List<ProcessStat> all = [];
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } stat)
            {
                all.Add(stat);
            }
        }

        return all;
    }

    // The program's name stands in parentheses and may hold spaces and parentheses itself: fields start after the last one.
    internal static ProcessStat? Parse(int pid, string text)
    {
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 20 ? null : new(pid, fields[0][0], Int(fields[1]), Int(fields[2]), Int(fields[3]), Long(fields[19]))
        {
            CpuTicks = fields[11..15].Sum(Long),
        };
    }

    private static long Long(string field) => long.Parse(field, CultureInfo.InvariantCulture);

    private static int Int(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
