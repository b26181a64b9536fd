namespace ProxyGroups.Supervision.Linux;

/// <summary>Names the machine's current run (random(4)); pids and start times mean nothing beyond it.</summary>
internal static class BootId
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    public static string Current { get; } = File.Exists(Source) ? File.ReadAllText(Source).Trim() : "";
}
