namespace ProxyGroups.Scheduling;

/// <summary>
/// Whether this is a thread that waits for sockets and runs what waited for them. The next request in a queue may go on there too: to hand it to
/// the thread pool would wake another thread on a core that a worker needs.
/// </summary>
internal static class LoopThread
{
    [ThreadStatic]
    private static bool t_isCurrent;

    public static bool IsCurrent
    {
        get => t_isCurrent;
        set => t_isCurrent = value;
    }
}
