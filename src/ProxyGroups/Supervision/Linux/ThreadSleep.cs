using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>Whether a thread of ours sleeps: it waits for something, instead of computing or waiting for a core (proc_pid_stat(5), "state").</summary>
internal static class ThreadSleep
{
    /// <summary>The system's number of this thread; 0 where /proc does not tell.</summary>
    public static int Current()
    {
        try
        {
            return File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false) is { } link && int.TryParse(link.Name, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public static bool IsAsleep(int thread)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/self/task/{thread}/stat");
            return stat.LastIndexOf(')') is >= 0 and var end && stat.AsSpan(end) is [_, _, 'S' or 'D', ..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
