using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>What the machine has left (meminfo of proc(5)).</summary>
internal static class MachineMemory
{
    private const string Key = "MemAvailable:";

    /// <summary>Bytes that new processes can use before the machine swaps; null where the kernel does not tell.</summary>
    public static long? Available()
    {
        try
        {
            return Parse(File.ReadLines("/proc/meminfo"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // "MemAvailable:   24093016 kB"
    internal static long? Parse(IEnumerable<string> lines) =>
        lines.FirstOrDefault(static line => line.StartsWith(Key, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[Key.Length..].Trim().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes)
            ? kilobytes * 1024
            : null;
}
