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

    /// <summary>
    /// The thread's umask is not the process's: what is set here for a worker changes no file of ours. By unshare(2), which some
    /// containers forbid. No tool of the exec chain can set an umask: a shell would lose variables whose names it does not accept.
    /// </summary>
    public static bool HasOwnUmask { get; } = OperatingSystem.IsLinux() && TryUnshare();

    /// <summary>On this thread: what is started gets the umask.</summary>
    public static T WithUmask<T>(int? mask, Func<T> start)
    {
        if (mask is not { } wanted)
        {
            return start();
        }

        var before = Libc.Umask((uint)wanted);
        try
        {
            return start();
        }
        finally
        {
            _ = Libc.Umask(before);
        }
    }

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
        if (HasOwnUmask)
        {
            _ = Libc.Unshare(Libc.CloneFileRights);
        }

        foreach (var start in _queue.GetConsumingEnumerable())
        {
            start();
        }
    }

    // In a thread of its own, since it cannot be undone.
    private static bool TryUnshare()
    {
        var isAllowed = false;
        var thread = new Thread(() => isAllowed = Libc.Unshare(Libc.CloneFileRights) is 0);
        thread.Start();
        thread.Join();
        return isAllowed;
    }
}
