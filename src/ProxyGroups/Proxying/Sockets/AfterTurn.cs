using ProxyGroups.Scheduling;

namespace ProxyGroups.Proxying.Sockets;

/// <summary>
/// What goes on on a loop's thread once all that has just happened to a socket has been taken in: an app that blocks would else stand above
/// its own connection's receiver, and wait for what only that can bring. One at a time.
/// </summary>
internal static class AfterTurn
{
    [ThreadStatic]
    private static Action<object?>? t_action;

    [ThreadStatic]
    private static object? t_state;

    /// <summary>False: this is no loop's thread, or another one goes on there already.</summary>
    public static bool TryAdd(Action<object?> action, object? state)
    {
        if (LoopThread.Current is null || t_action is not null)
        {
            return false;
        }

        (t_action, t_state) = (action, state);
        return true;
    }

    public static void Run()
    {
        while (t_action is { } action)
        {
            var state = t_state;
            (t_action, t_state) = (null, null);
            action(state);
        }
    }
}
