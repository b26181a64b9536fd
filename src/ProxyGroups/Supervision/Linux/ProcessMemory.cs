using System.Buffers.Text;

namespace ProxyGroups.Supervision.Linux;

/// <summary>What memory processes use, from smaps_rollup of proc(5).</summary>
internal static class ProcessMemory
{
    // Some twenty lines of thirty characters.
    private const int MostBytes = 4096;

    /// <summary>Sum over a session leader and everything that it started; null: it is gone, or the kernel does not tell.</summary>
    public static MemoryUse? OfFamily(int leader, IReadOnlyCollection<ProcessStat> all) => Of(ProcessFamily.Kin(leader, all));

    public static MemoryUse? Of(int pid)
    {
        Span<byte> rollup = stackalloc byte[MostBytes];
        using var file = ProcessFile.Open(pid, "smaps_rollup"u8);
        return file.Read(rollup) is var count and > 0 ? Parse(rollup[..count]) : null;
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
        return sizes.Count == 0 ? null : new MemoryUse(
            sizes.Sum(static size => size.Unique),
            sizes.Sum(static size => size.Proportional),
            sizes.Exists(static size => size.Unforked is null) ? null : sizes.Sum(static size => size.Unforked),
            sizes.Sum(static size => size.Files));
    }

    internal static MemoryUse Parse(ReadOnlySpan<byte> rollup)
    {
        var swap = Bytes(rollup, "SwapPss:"u8);
        var own = Bytes(rollup, "Private_Clean:"u8) + Bytes(rollup, "Private_Dirty:"u8) + Bytes(rollup, "Private_Hugetlb:"u8) + swap;
        var proportional = Bytes(rollup, "Pss:"u8) + swap;
        // Kernels before 5.4 do not tell the part.
        return Find(rollup, "Pss_Anon:"u8) is { } part
            ? new MemoryUse(own, proportional, proportional - part + Bytes(rollup, "Anonymous:"u8), Bytes(rollup, "Pss:"u8) - part)
            : new MemoryUse(own, proportional, Unforked: null);
    }

    private static long Bytes(ReadOnlySpan<byte> rollup, ReadOnlySpan<byte> name) => Find(rollup, name) ?? 0;

    // Lines such as "Private_Dirty:       112 kB"; the kernel's kB are of 1024 bytes.
    private static long? Find(ReadOnlySpan<byte> rollup, ReadOnlySpan<byte> name)
    {
        foreach (var line in rollup.Split((byte)'\n'))
        {
            if (rollup[line].StartsWith(name) && Utf8Parser.TryParse(rollup[line][name.Length..].TrimStart((byte)' '), out long kilobytes, out _))
            {
                return 1024 * kilobytes;
            }
        }

        return null;
    }
}
