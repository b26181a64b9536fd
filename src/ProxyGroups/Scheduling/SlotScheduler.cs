using System.Runtime.CompilerServices;

namespace ProxyGroups.Scheduling;

/// <summary>
/// Leases the slots of one group's workers, and keeps the requests that find none in one bounded queue.
/// <para>
/// Thread rule: every member may be called from any thread. One short lock guards <see cref="SchedulerState"/>; inside it
/// nothing is awaited, completed, called back or logged. Waiters continue on the thread pool, or, if asked for, within the
/// release that made room for them.
/// The owner sets the callbacks before the first request (they must neither throw nor block), offers workers as they
/// become ready, removes them when they have exited, and disposes the scheduler last.
/// </para>
/// </summary>
internal sealed class SlotScheduler : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly SchedulerState _state;
    private readonly QueueTimer _timer;

    public SlotScheduler(SchedulerLimits limits, TimeProvider time)
    {
        _time = time;
        _state = new SchedulerState(this, limits, time);
        _timer = new QueueTimer(time, _ => OnTimer());
        Change(static _ => { });
    }

    /// <summary>The last lease of a draining worker is back: its id and epoch. Called outside the lock, once per drain.</summary>
    public Action<int, int>? WorkerDrained { get; set; }

    /// <summary>The worker has been granted as many leases as <see cref="LimitLeases"/> said: its id and that number. Called outside the lock, once per limit.</summary>
    public Action<int, long>? WorkerSpent { get; set; }

    /// <summary>
    /// A request waits while no worker is on offer. Called outside the lock for each such request, and when the last worker
    /// on offer goes while requests wait.
    /// </summary>
    public Action? Starved { get; set; }

    /// <summary>A request found no free slot and waits. Called outside the lock for each such request.</summary>
    public Action? Queued { get; set; }

    /// <summary>
    /// A lease, at once if a slot is free; else the request waits its turn. Never throws for cancellation: a lease that was
    /// granted before the client left is returned as granted, and the caller releases it.
    /// </summary>
    public ValueTask<AdmissionResult> AcquireAsync(in SlotRequest request, CancellationToken cancellationToken)
    {
        Waiter? waiter;
        AdmissionResult result;
        Aftermath aftermath;
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            waiter = _state.TryAdmit(in request, cancellationToken.IsCancellationRequested, now, out result) ? null : _state.Enqueue(in request, now);
            if (waiter is not null)
            {
                _timer.Arm(_state.NextDeadline(now), now);
            }

            aftermath = _state.TakeAftermath();
        }

        if (waiter is null)
        {
            CarryOut(in aftermath);
            return new ValueTask<AdmissionResult>(result);
        }

        waiter.LeaveWhen(cancellationToken);
        CarryOut(in aftermath);
        return waiter.Task;
    }

    /// <summary>
    /// Returns the slot to the next waiter or to the pool. On a <see cref="LoopThread"/> the waiter goes on within this call, as far as it comes
    /// without waiting. A stale or repeated release has no effect.
    /// </summary>
    public void Release(SlotLease lease)
    {
        Aftermath aftermath;
        lock (_lock)
        {
            _state.Release(in lease, _time.GetTimestamp());
            aftermath = _state.TakeAftermath();
        }

        CarryOut(in aftermath, LoopThread.Current);
    }

    /// <summary>
    /// The lease ends, and its slot with it: the worker is still busy there, and a waiter that got the slot would wait for it too.
    /// The worker has one slot less until it is removed, whatever it is resized to, so its owner sees to a successor.
    /// </summary>
    public void Forfeit(SlotLease lease)
    {
        Aftermath aftermath;
        lock (_lock)
        {
            _state.Forfeit(in lease, _time.GetTimestamp());
            aftermath = _state.TakeAftermath();
        }

        CarryOut(in aftermath);
    }

    /// <summary>The slots of a ready worker join; the epoch it got. A known worker starts afresh, and its old leases end.</summary>
    public int Offer(int worker, int rank, int generation, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(worker);
        ArgumentOutOfRangeException.ThrowIfNegative(generation);
        ThrowIfOutOfRange(rank);
        ThrowIfOutOfRange(capacity);
        int epoch = 0;
        Change(state => epoch = state.Offer(worker, rank, generation, capacity, _time.GetTimestamp()));
        return epoch;
    }

    /// <summary>Has <see cref="WorkerSpent"/> called when the worker has been granted so many leases since its offer, at once if it has. It grants on. The last call counts.</summary>
    public void LimitLeases(int worker, long leases) => Change(state => state.LimitLeases(worker, leases));

    /// <summary>No new lease; <see cref="WorkerDrained"/> follows when the last one is back.</summary>
    public void Drain(int worker) => Change(state => state.Drain(worker));

    /// <summary>
    /// Withdraws a worker that may be dead, before any retry: a dead worker looks least busy and would draw every request.
    /// </summary>
    public void Suspect(int worker, int epoch) => Change(state => state.Suspect(worker, epoch));

    /// <summary>The suspect is alive: its free slots are on offer again, unless it is draining.</summary>
    public void Restore(int worker, int epoch) => Change(state => state.Restore(worker, epoch));

    /// <summary>The worker is dead: its leases end and return nothing.</summary>
    public void Remove(int worker) => Change(state => state.Remove(worker, _time.GetTimestamp()));

    /// <summary>A capacity below the busy slots takes no lease away: none is granted until enough are back.</summary>
    public void Resize(int worker, int capacity)
    {
        ThrowIfOutOfRange(capacity);
        Change(state => state.Workers.Resize(worker, capacity));
    }

    /// <summary>New limits, for those who wait as well; a smaller queue limit evicts nobody.</summary>
    public void Configure(SchedulerLimits limits) => Change(state => state.Configure(limits));

    /// <summary>Stops the hand-off. Requests queue up to the limit, may leave, and do not time out.</summary>
    public void Pause() => Change(static state => state.IsPaused = true);

    public void Resume() => Change(static state => state.IsPaused = false);

    /// <summary>Refuses everything, those who wait included. Running leases are untouched.</summary>
    public void Close(TimeSpan retryAfter) => Change(state => state.Close(retryAfter, _time.GetTimestamp()));

    public void Open() => Change(static state => state.Open());

    public SchedulerSnapshot Snapshot()
    {
        lock (_lock)
        {
            return _state.Read(_time.GetTimestamp());
        }
    }

    /// <summary>The snapshot, and what is read for people only.</summary>
    public SchedulerReport Report()
    {
        lock (_lock)
        {
            return _state.Report(_time.GetTimestamp());
        }
    }

    public SlotTotals ReadSlotTime()
    {
        lock (_lock)
        {
            return _state.ReadSlotTime(_time.GetTimestamp());
        }
    }

    public void Dispose()
    {
        Close(TimeSpan.Zero);
        _timer.Dispose();
    }

    /// <summary>The client of a waiter has left.</summary>
    internal void Cancel(Waiter waiter)
    {
        Aftermath aftermath;
        lock (_lock)
        {
            _state.Cancel(waiter, _time.GetTimestamp());
            aftermath = _state.TakeAftermath();
        }

        CarryOut(in aftermath);
    }

    /// <summary>The caller has read the result of a waiter.</summary>
    internal void Recycle(Waiter waiter)
    {
        lock (_lock)
        {
            _state.Recycle(waiter);
        }
    }

    private static void ThrowIfOutOfRange(int value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WorkerSlots.Most, name);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _timer.Fired();
        }

        Change(static _ => { });
    }

    private void Change(Action<SchedulerState> change)
    {
        Aftermath aftermath;
        lock (_lock)
        {
            change(_state);
            long now = _time.GetTimestamp();
            _state.Settle(now);
            _timer.Arm(_state.NextDeadline(now), now);
            aftermath = _state.TakeAftermath();
        }

        CarryOut(in aftermath);
    }

    private void CarryOut(in Aftermath aftermath, LoopThread? thread = null)
    {
        aftermath.CompleteWaiters(thread);
        if (aftermath.Drained is { } worker)
        {
            WorkerDrained?.Invoke(worker.Id, worker.Epoch);
        }

        if (aftermath.Spent is { } spent)
        {
            spent.ForEach(limit => WorkerSpent?.Invoke(limit.Worker, limit.Leases));
        }

        if (aftermath.Starved)
        {
            Starved?.Invoke();
        }

        if (aftermath.Queued)
        {
            Queued?.Invoke();
        }
    }
}
