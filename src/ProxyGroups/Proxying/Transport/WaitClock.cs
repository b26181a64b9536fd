namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// The one clock of a slot: measures how long the worker has been owing something. Re-armed lazily: a request only writes
/// a deadline, the timer underneath fires at most once per limit and sets itself again for the deadline it finds then.
/// Any thread. Calls that carry a former owner do nothing, so an exchange that lingers cannot touch its successor's time.
/// </summary>
internal sealed class WaitClock(CurrentLimits limits, TimeProvider time) : IDisposable
{
    private const long Never = CurrentLimits.Never;

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private HttpExchange? _owner;
    private WaitKind _kind;
    private long _deadline = Never;
    private long _left = Never;
    private long _timerDue = Never;
    private bool _disposed;

    /// <summary>Starts the whole limit of this kind. Discard is the last: nothing but Stop follows it.</summary>
    public void Start(HttpExchange owner, WaitKind kind)
    {
        var ticks = limits.Ticks(kind);
        lock (_gate)
        {
            if (_disposed || (kind != WaitKind.Request && _owner != owner) || (_kind == WaitKind.Discard && _owner == owner))
            {
                return;
            }

            (_owner, _kind, _left) = (owner, kind, ticks);
            Run_NeedsLock();
        }
    }

    /// <summary>The worker has nothing to do for the moment: the client's upload is what we wait for.</summary>
    public void Hold(HttpExchange owner)
    {
        lock (_gate)
        {
            if (_owner == owner && _kind == WaitKind.Request && _deadline != Never)
            {
                _left = Math.Max(0, _deadline - time.GetTimestamp());
                _deadline = Never;
            }
        }
    }

    /// <summary>It is the worker's turn again, with what was left of its time.</summary>
    public void Resume(HttpExchange owner)
    {
        lock (_gate)
        {
            if (_owner == owner && _kind == WaitKind.Request && _deadline == Never)
            {
                Run_NeedsLock();
            }
        }
    }

    /// <summary>The bytes have come; the owner may start the next wait.</summary>
    public void Pause(HttpExchange owner)
    {
        lock (_gate)
        {
            if (_owner == owner && _kind != WaitKind.Discard)
            {
                (_kind, _deadline) = (WaitKind.None, Never);
            }
        }
    }

    /// <summary>The exchange has ended.</summary>
    public void Stop(HttpExchange owner)
    {
        lock (_gate)
        {
            if (_owner == owner)
            {
                (_owner, _kind, _deadline) = (null, WaitKind.None, Never);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            (_owner, _kind, _deadline) = (null, WaitKind.None, Never);
            _timer?.Dispose();
        }
    }

    private void Run_NeedsLock()
    {
        if (_left == Never)
        {
            _deadline = Never;
            return;
        }

        var now = time.GetTimestamp();
        _deadline = now + _left;
        if (_deadline < _timerDue)
        {
            Arm_NeedsLock(now);
        }
    }

    private void Arm_NeedsLock(long now)
    {
        _timerDue = _deadline;
        // At least a millisecond: timers are that coarse, and a timer of zero would spin until the deadline is really over.
        var due = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((_deadline - now) * 1000.0 / time.TimestampFrequency)));
        _timer ??= time.CreateTimer(static state => ((WaitClock)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        HttpExchange? late;
        WaitKind kind;
        lock (_gate)
        {
            _timerDue = Never;
            if (_disposed || _deadline == Never)
            {
                return;
            }

            var now = time.GetTimestamp();
            if (now < _deadline)
            {
                Arm_NeedsLock(now);
                return;
            }

            (late, kind) = (_owner, _kind);
            _deadline = Never;
        }

        // Outside the lock: closing a socket may run what waits for it. A late exchange that has just ended ignores the call.
        late?.Expire(kind);
    }
}
