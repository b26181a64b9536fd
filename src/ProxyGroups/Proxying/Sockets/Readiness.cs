using System.Threading.Tasks.Sources;

namespace ProxyGroups.Proxying.Sockets;

/// <summary>
/// Whether one direction of a socket may be worth a try, and the one who waits for that. Signals come from any thread; one user at a time.
/// What waits goes on within <see cref="Signal"/>, and on the thread pool after <see cref="Close"/> and a cancelled token.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    // Not ready -> ready (signal) -> not ready (taken); not ready -> awaited -> ready (signal), not ready (cancelled); all -> closed.
    private const int NotReady = 0;
    private const int Ready = 1;
    private const int Awaited = 2;
    private const int Closed = 3;

    private ManualResetValueTaskSourceCore<bool> _completion;
    private CancellationTokenRegistration _leaving;
    private CancellationToken _token;
    private int _state;

    /// <summary>Whether to try now; what has happened until here is used up.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, NotReady, Ready) is Ready or Closed;

    /// <summary>There is more than was taken.</summary>
    public void PutBack() => Interlocked.CompareExchange(ref _state, Ready, NotReady);

    /// <summary>Completes when <see cref="TryTake"/> may succeed.</summary>
    public ValueTask WaitAsync(CancellationToken ct)
    {
        _completion.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, NotReady) != NotReady)
        {
            return default;
        }

        _token = ct;
        _leaving = ct.UnsafeRegister(static readiness => ((Readiness)readiness!).Leave(), this);
        return new ValueTask(this, _completion.Version);
    }

    public void Signal()
    {
        while (Volatile.Read(ref _state) is var state and not (Ready or Closed))
        {
            if (Interlocked.CompareExchange(ref _state, Ready, state) != state)
            {
                // Who waited has left meanwhile, or begun to wait: either way it is to be told.
                continue;
            }

            if (state == Awaited)
            {
                _completion.RunContinuationsAsynchronously = false;
                _completion.SetResult(true);
            }

            return;
        }
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Awaited)
        {
            _completion.RunContinuationsAsynchronously = true;
            _completion.SetResult(false);
        }
    }

    public void GetResult(short token)
    {
        _leaving.Dispose();
        _leaving = default;
        _completion.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, NotReady, Awaited) == Awaited)
        {
            _completion.RunContinuationsAsynchronously = true;
            _completion.SetException(new OperationCanceledException(_token));
        }
    }
}
