using System.Globalization;

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

    /// <summary>Of the process and of its children that have ended, in clock ticks.</summary>
    public long CpuTicks { get; init; }

    /// <summary>A thread of the kernel: no program, no environment.</summary>
    public bool IsOfKernel { get; init; }

    public TimeSpan Cpu => TimeSpan.FromSeconds(CpuTicks / TicksPerSecond);

    /// <summary>From the boot of the machine.</summary>
    public TimeSpan Started => TimeSpan.FromSeconds(StartTime / TicksPerSecond);

    public bool IsAlive => State is not ('Z' or 'X');

    public static ProcessStat? Read(int pid) => Read(pid, string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

    /// <summary>The same of a thread, by its own file; null: it has ended.</summary>
    public static ProcessStat? Read(int pid, string path)
    {
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
            Span<byte> text = stackalloc byte[MostBytes];
            return Parse(pid, text[..RandomAccess.Read(file, text, 0)]);
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
