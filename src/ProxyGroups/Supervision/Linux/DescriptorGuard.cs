using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Keeps descriptors that our own parent leaked to us (or systemd's sockets, 3 and up) from reaching workers. Called
/// once at start; what .NET opens later is close-on-exec anyway.
/// </summary>
internal static class DescriptorGuard
{
    private const int FirstAfterStandardStreams = 3;

    public static void CloseInheritedOnExec()
    {
        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            var descriptor = int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture);
            if (descriptor >= FirstAfterStandardStreams)
            {
                // Fails only for the descriptor that listed the directory and is closed by now.
                _ = Libc.Fcntl(descriptor, Libc.FSetFd, Libc.FdCloseOnExec);
            }
        }
    }
}
