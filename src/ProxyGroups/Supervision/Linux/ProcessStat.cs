using System.Globalization;
using System.IO.Enumeration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>The few fields of /proc/PID/stat (proc_pid_stat(5)) that tell kin, identity and CPU time.</summary>
internal readonly record struct ProcessStat(int Pid, char State, int Parent, int Group, int Session, long StartTime)
{
    // USER_HZ, which is the same on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    // Fifty numbers and a name of 64.
    private const int MostBytes = 2048;

    // PF_KTHREAD of linux/sched.h.
    private const long KernelThread = 0x0020_0000;

    // After the name, up to the time of its start.
    private const int Fields = 20;

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0 };

    /// <summary>Of the process and of its children that have ended, in clock ticks.</summary>
    public long CpuTicks { get; init; }

    /// <summary>A thread of the kernel: no program, no environment.</summary>
    public bool IsOfKernel { get; init; }

    public TimeSpan Cpu => TimeSpan.FromSeconds(CpuTicks / TicksPerSecond);

    /// <summary>From the boot of the machine.</summary>
    public TimeSpan Started => TimeSpan.FromSeconds(StartTime / TicksPerSecond);

    public bool IsAlive => State is not ('Z' or 'X');

    public static ProcessStat? Read(int pid)
    {
        Span<byte> text = stackalloc byte[MostBytes];
        using var file = ProcessFile.Open(pid, "stat"u8);
        return Parse(pid, text[..file.Read(text)]);
    }

    public static List<ProcessStat> ReadAll() => [.. ReadEach()];

    /// <summary>All processes, each read when it is asked for.</summary>
    public static IEnumerable<ProcessStat> ReadEach()
    {
        foreach (var pid in new FileSystemEnumerable<int>("/proc", static (ref entry) => PidOf(entry), Everything) { ShouldIncludePredicate = static (ref entry) => PidOf(entry) != 0 })
        {
            if (Read(pid) is { } stat)
            {
                yield return stat;
            }
        }
    }

    private static int PidOf(in FileSystemEntry entry) =>
        int.TryParse(entry.FileName, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0;

    // The program's name stands in parentheses and may hold spaces and parentheses itself: fields start after the last one. All processes are read at each end of a worker, so nothing is made of what is not asked for.
    internal static ProcessStat? Parse(int pid, ReadOnlySpan<byte> text)
    {
        var fields = text[(text.LastIndexOf((byte)')') + 1)..];
        Span<long> numbers = stackalloc long[Fields];
        var (state, count) = ('\0', 0);
        foreach (var range in fields.Split((byte)' '))
        {
            var field = fields[range];
            if (field.IsEmpty || count == Fields)
            {
                continue;
            }

            if (count == 0)
            {
                state = (char)field[0];
            }
            else if (!long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[count]))
            {
                return null;
            }

            count++;
        }

        return count < Fields ? null : new(pid, state, (int)numbers[1], (int)numbers[2], (int)numbers[3], numbers[19])
        {
            IsOfKernel = (numbers[6] & KernelThread) != 0,
            CpuTicks = numbers[11] + numbers[12] + numbers[13] + numbers[14],
        };
    }
}
