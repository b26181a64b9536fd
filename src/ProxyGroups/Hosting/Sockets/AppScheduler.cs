using System.IO.Pipelines;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>
/// Where the application's side of a connection goes on: on the loop's thread after the socket's side, and on the thread pool elsewhere, since
/// Kestrel's timer, for one, is not to run what an app awaits.
/// </summary>
internal sealed class AppScheduler : PipeScheduler
{
    public static readonly AppScheduler Instance = new();

    public override void Schedule(Action<object?> action, object? state)
    {
        if (LoopThread.Current?.TryRunAfterTurn(action, state) != true)
        {
            ThreadPool.Schedule(action, state);
        }
    }
}
