using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Tells at once when processes end that are no children of ours: a pidfd becomes readable then (pidfd_open(2)), whoever reaps the process.
/// One thread waits for all of them (epoll(7)). Thread-safe.
/// </summary>
internal sealed unsafe class ExitWatch
{
    public static readonly ExitWatch Shared = new();

    private const int Add = 1;
    private const int CloseOnExec = 0x80000;

    // EPOLLIN | EPOLLONESHOT.
    private const uint OnceReadable = 0x40000001;

    // struct epoll_event is packed on x64 alone.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _waiting = new();
    private readonly int _epoll = Libc.CreateEpoll(CloseOnExec);

    private ExitWatch() => new Thread(Run) { IsBackground = true, Name = "ProxyGroups exits" }.Start();

    /// <summary>Completes when the process has ended. The descriptor is to stay open until then.</summary>
    public Task WhenExited(int pidfd)
    {
        var completion = _waiting[pidfd] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var change = stackalloc byte[DataOffset + sizeof(long)];
        *(uint*)change = OnceReadable;
        *(long*)(change + DataOffset) = pidfd;
        if (Libc.ControlEpoll(_epoll, Add, pidfd, change) != 0)
        {
            _waiting.TryRemove(pidfd, out _);
            completion.SetException(new IOException($"A process cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}"));
        }

        return completion.Task;
    }

    private void Run()
    {
        var happened = stackalloc byte[DataOffset + sizeof(long)];
        while (true)
        {
            if (Libc.WaitEpoll(_epoll, happened, 1, Timeout.Infinite) == 1 && _waiting.TryRemove((int)*(long*)(happened + DataOffset), out var completion))
            {
                completion.SetResult();
            }
        }
    }
}
