using System.Collections.Concurrent;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// The one thread that starts every process of the front door. It never ends, because the kernel ties the parent-death
/// signal to the thread that forked (PR_SET_PDEATHSIG(2const)): a worker started from a pool thread dies when that
/// thread retires. Being alone it also keeps one worker's inherited descriptor from another worker.
/// </summary>
internal sealed class SpawnThread
{
    public static readonly SpawnThread Shared = new();

    private readonly BlockingCollection<Action> _queue = [];

    private SpawnThread() => new Thread(Run) { IsBackground = true, Name = "ProxyGroups spawn" }.Start();

    public Task<T> RunAsync<T>(Func<T> start)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(() => Complete(completion, start));
        return completion.Task;
    }

    private static void Complete<T>(TaskCompletionSource<T> completion, Func<T> start)
    {
        try
        {
            completion.SetResult(start());
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
        }
    }

    private void Run()
    {
        foreach (var start in _queue.GetConsumingEnumerable())
        {
            start();
        }
    }
}
