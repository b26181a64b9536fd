using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>What memory processes use, from smaps_rollup of proc(5).</summary>
internal static class ProcessMemory
{
    private static readonly string[] Own = ["Private_Clean:", "Private_Dirty:", "Private_Hugetlb:", "SwapPss:"];
    private static readonly string[] Proportional = ["Pss:", "SwapPss:"];
    private static readonly string[] OfNoFile = ["Anonymous:"];
    private static readonly string[] PartOfNoFile = ["Pss_Anon:"];

    /// <summary>Sum over a session leader and everything that it started; null: it is gone, or the kernel does not tell.</summary>
    public static MemoryUse? OfFamily(int leader, IReadOnlyCollection<ProcessStat> all) => Of(ProcessFamily.Kin(leader, all));

    public static MemoryUse? Of(int pid)
    {
        try
        {
            return Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/smaps_rollup")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// What a preloader adds to its workers, of which only what they use alone is counted: all that it has in memory. One that is forked itself
    /// adds what it does not share with the preloader that it was forked from. The process alone: a worker of a moment ago is of its session still,
    /// and would count with all that it shares. Null: it is gone, or the kernel does not tell.
    /// </summary>
    public static long? OfPreloader(int pid, IReadOnlyCollection<ProcessStat> all)
    {
        if (Of(pid) is not { } size)
        {
            return null;
        }

        var parent = all.FirstOrDefault(process => process.Pid == pid).Parent;
        var shared = parent != Environment.ProcessId && Of(parent) is { Unforked: { } whole } above ? whole - above.Unique : 0;
        return Math.Max(size.Unique, (size.Unforked ?? size.Proportional) - shared);
    }

    private static MemoryUse? Of(IEnumerable<int> pids)
    {
        var sizes = pids.Select(Of).OfType<MemoryUse>().ToList();
        return sizes.Count == 0 ? null : new MemoryUse(sizes.Sum(static size => size.Unique), sizes.Sum(static size => size.Proportional), sizes.Exists(static size => size.Unforked is null) ? null : sizes.Sum(static size => size.Unforked));
    }

    // Lines such as "Private_Dirty:       112 kB"; the kernel's kB are of 1024 bytes.
    internal static MemoryUse Parse(string rollup)
    {
        var lines = rollup.Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(static words => words.Length == 3).ToList();
        var proportional = Sum(lines, Proportional);
        // Kernels before 5.4 do not tell the part.
        var unforked = lines.Exists(static words => words[0] == PartOfNoFile[0]) ? proportional - Sum(lines, PartOfNoFile) + Sum(lines, OfNoFile) : (long?)null;
        return new MemoryUse(Sum(lines, Own), proportional, unforked);
    }

    private static long Sum(List<string[]> lines, string[] names) =>
        1024 * lines.Where(words => names.Contains(words[0])).Sum(static words => long.Parse(words[1], CultureInfo.InvariantCulture));
}
