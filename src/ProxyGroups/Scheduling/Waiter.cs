using System.Threading.Tasks.Sources;

namespace ProxyGroups.Scheduling;

/// <summary>
/// A request in the queue, pooled. Its fields are guarded by the lock of <see cref="SlotScheduler"/>; its completion happens
/// outside that lock, once, by whoever took it off the queue.
/// The caller owns it until it has read the result: only then the cancellation registration is disposed, which waits for
/// a callback that is running, and only then it goes back to the pool. So no late callback meets the next user.
/// </summary>
internal sealed class Waiter(SlotScheduler scheduler) : IValueTaskSource<AdmissionResult>
{
    private ManualResetValueTaskSourceCore<AdmissionResult> _completion;
    private CancellationTokenRegistration _leaving;

    public int ExcludedWorker { get; set; }

    public bool IsRetry { get; set; }

    public SlotKind Kind { get; set; }

    /// <summary>Timestamp that decides whose turn it is.</summary>
    public long EnqueuedAt { get; set; }

    /// <summary>Timestamp of entering the queue.</summary>
    public long EnteredAt { get; set; }

    /// <summary>The wait clock when it entered.</summary>
    public long WaitFrom { get; set; }

    /// <summary>The boot clock when it entered.</summary>
    public long BootFrom { get; set; }

    public bool IsQueued { get; set; }

    public Waiter? PreviousInTurn { get; set; }

    public Waiter? NextInTurn { get; set; }

    public Waiter? PreviousArrival { get; set; }

    public Waiter? NextArrival { get; set; }

    /// <summary>Link in the list of waiters to complete, or in the pool.</summary>
    public Waiter? Next { get; set; }

    public AdmissionResult Result { get; set; }

    public ValueTask<AdmissionResult> Task => new(this, _completion.Version);

    /// <summary>Called by the owner outside the lock; a token that is cancelled already runs the callback here.</summary>
    public void LeaveWhen(CancellationToken cancellationToken) =>
        _leaving = cancellationToken.UnsafeRegister(static waiter => ((Waiter)waiter!).Leave(), this);

    /// <param name="onPool">The owner goes on on the thread pool, and within this call else.</param>
    public void Continue(bool onPool)
    {
        _completion.RunContinuationsAsynchronously = onPool;
        _completion.SetResult(Result);
    }

    public AdmissionResult GetResult(short token)
    {
        AdmissionResult result = _completion.GetResult(token);
        _leaving.Dispose();
        _leaving = default;
        _completion.Reset();
        scheduler.Recycle(this);
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void Leave() => scheduler.Cancel(this);
}
