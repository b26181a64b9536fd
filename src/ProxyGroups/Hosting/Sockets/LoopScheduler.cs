using System.IO.Pipelines;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>Goes on at once on a loop's thread, and on the thread pool elsewhere: Kestrel's timer, for one, is not to run what an app awaits.</summary>
internal sealed class LoopScheduler : PipeScheduler
{
    public static readonly LoopScheduler Instance = new();

    public override void Schedule(Action<object?> action, object? state)
    {
        if (LoopThread.IsCurrent)
        {
            action(state);
        }
        else
        {
            ThreadPool.Schedule(action, state);
        }
    }
}
