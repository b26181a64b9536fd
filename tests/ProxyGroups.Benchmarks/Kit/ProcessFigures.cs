using System.Globalization;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>What Linux says of a process (proc(5)).</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100;

    // cpu user nice system idle iowait irq softirq steal ...
    private static readonly int[] BusyFields = [1, 2, 3, 6, 7];

    public static double ResidentMegabytes(int pid) => StatusKilobytes(pid, "VmRSS:") / 1000.0;

    /// <summary>The highest so far.</summary>
    public static double PeakMegabytes(int pid) => StatusKilobytes(pid, "VmHWM:") / 1000.0;

    /// <summary>What only this process uses; 0 of one that is gone.</summary>
    public static double OwnMegabytes(int pid) => RollupMegabytes(pid, "Private_");

    /// <summary>What it uses, shared pages in equal parts (PSS); 0 of one that is gone.</summary>
    public static double ProportionalMegabytes(int pid) => RollupMegabytes(pid, "Pss:");

    private static double RollupMegabytes(int pid, string key)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/smaps_rollup").Where(line => line.StartsWith(key, StringComparison.Ordinal))
                .Sum(static line => Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])) * 1.024 / 1000;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public static int ParentOf(int pid) => (int)Parse(FieldsOf(pid)[1]);

    public static TimeSpan CpuTime(int pid)
    {
        // utime and stime are the 12th and 13th field behind the name.
        var fields = FieldsOf(pid);
        return TimeSpan.FromSeconds((Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond);
    }

    /// <summary>Time that all cores together spent on anything, steal and idle left out.</summary>
    public static TimeSpan MachineTime()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds(BusyFields.Sum(field => Parse(fields[field])) / TicksPerSecond);
    }

    public static IReadOnlyList<string> CommandLine(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');

    // The name in parentheses may hold spaces.
    private static string[] FieldsOf(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    // Linux's kB are of 1024 bytes.
    private static double StatusKilobytes(int pid, string key)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return Parse(line[key.Length..].Trim().Split(' ')[0]) * 1.024;
    }

    private static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
