namespace ProxyGroups.Hosting.Systemd;

/// <summary>Whether what we write goes to systemd's journal, which reads a priority in front of each line (sd-daemon(3)).</summary>
internal static class Journal
{
    // A stream to the journal is a socket, JOURNAL_STREAM its device and inode; a shell that inherited the variable may write elsewhere.
    public static bool IsOurOutput() =>
        OperatingSystem.IsLinux()
        && Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode]
        && new FileInfo("/proc/self/fd/1").LinkTarget == $"socket:[{inode}]";
}
