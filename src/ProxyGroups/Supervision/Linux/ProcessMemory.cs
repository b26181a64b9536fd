using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Memory that would come free if a process ended: its unique set size, and what of it is swapped out (smaps_rollup of proc(5)).
/// Pages that siblings share, such as those of a preloaded interpreter, are nobody's.
/// </summary>
internal static class ProcessMemory
{
    private static readonly string[] Own = ["Private_Clean:", "Private_Dirty:", "Private_Hugetlb:", "SwapPss:"];

    /// <summary>Sum over a session leader and everything that it started; null: it is gone, or the kernel does not tell.</summary>
    public static long? OfFamily(int leader, IReadOnlyCollection<ProcessStat> all)
    {
        var sizes = ProcessFamily.Kin(leader, all).Select(Of).OfType<long>().ToList();
        return sizes.Count == 0 ? null : sizes.Sum();
    }

    public static long? Of(int pid)
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

    // Lines such as "Private_Dirty:       112 kB"; the kernel's kB are of 1024 bytes.
    internal static long Parse(string rollup) => 1024 * rollup.Split('\n')
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(static words => words.Length == 3 && Own.Contains(words[0]))
        .Sum(static words => long.Parse(words[1], CultureInfo.InvariantCulture));
}
