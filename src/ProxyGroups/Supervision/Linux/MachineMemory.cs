using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>What the machine has left (meminfo of proc(5)), or what the cgroups that we run in leave us of it.</summary>
internal static class MachineMemory
{
    private const string Key = "MemAvailable:";

    /// <summary>Bytes that new processes can use before the machine swaps; null where the kernel does not tell.</summary>
    public static long? Available()
    {
        try
        {
            return Cgroup.Lower(Parse(File.ReadLines("/proc/meminfo")), OperatingSystem.IsLinux() ? CgroupHome.Own?.MemoryRoomUpwards : null);
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
