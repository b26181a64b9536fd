namespace ProxyGroups.Scheduling;

/// <summary>
/// Everything the lock of <see cref="SlotScheduler"/> guards, and the rules over it. It never waits, completes or calls back:
/// what has to be done after the lock is collected in <see cref="TakeAftermath"/>.
/// Invariants after each operation:
/// a waiter exists only if no ready worker has a free slot that it may take (or the hand-off is paused);
/// no waiter is past its deadline; closed means no waiters; exactly one of the two clocks runs, none while paused.
/// </summary>
internal sealed class SchedulerState(SlotScheduler scheduler, SchedulerLimits limits, TimeProvider time)
{
    private readonly WaiterPool _pool = new(scheduler);
    private readonly AdmissionQueue _queue = new();
    private readonly AdmissionCounters _counters = new();
    private readonly DurationCounts _waits = new(time);
    private readonly DurationCounts _services = new(time);
    private SlotTime _slotTime;
    private ServiceTime _service;
    private QueueDeadlines _deadlines = new(LimitTicks.From(limits, time.TimestampFrequency));
    private Aftermath _aftermath;
    private TimeSpan _closedRetryAfter;
    private long _lastSequence;

    public WorkerTable Workers { get; } = new();

    public bool IsPaused { get; set; }

    public bool IsClosed { get; private set; }

    /// <summary>Draining and suspect workers grant nothing: who waits beside them only waits for a boot.</summary>
    private bool IsBooting => Workers.ReadyCount == 0;

    /// <summary>A lease or a refusal at once; or false: the request has to wait.</summary>
    public bool TryAdmit(in SlotRequest request, bool gone, long now, out AdmissionResult result)
    {
        if (!gone && !IsClosed && !IsPaused && TryGrant(request.ExcludedWorker, request.Kind, now, out SlotLease lease))
        {
            _counters.Count(AdmissionOutcome.Granted);
            _waits.Add(0);
            result = new AdmissionResult(AdmissionOutcome.Granted, lease, TimeSpan.Zero, TimeSpan.Zero);
            return true;
        }

        AdmissionOutcome? refusal = gone ? AdmissionOutcome.ClientGone : Refusal(in request, now);
        result = refusal is { } outcome ? Count(Refused(outcome, TimeSpan.Zero, now), 0) : default;
        return refusal is not null;
    }

    public Waiter Enqueue(in SlotRequest request, long now)
    {
        Waiter waiter = _pool.Rent();
        waiter.ExcludedWorker = request.ExcludedWorker;
        waiter.IsRetry = request.IsRetry;
        waiter.Kind = request.Kind;
        waiter.EnqueuedAt = request.EnqueuedAt is 0 ? now : Math.Min(request.EnqueuedAt, now);
        _deadlines.Enter(waiter, now);
        _queue.Enter(waiter);
        Workers.ForgetIdleRanks();
        _aftermath.Queued = true;
        NoteDemand();
        Expire(now);
        return waiter;
    }

    /// <summary>No effect on a waiter that was granted or refused before: that race is decided here.</summary>
    public void Cancel(Waiter waiter, long now)
    {
        if (waiter.IsQueued)
        {
            Refuse(waiter, AdmissionOutcome.ClientGone, now);
        }
    }

    public void Recycle(Waiter waiter) => _pool.Return(waiter);

    public void Release(in SlotLease lease, long now)
    {
        WorkerSlots? worker = Workers.Release(in lease, out Slot slot);
        if (worker is null)
        {
            return;
        }

        _counters.CountReleased();
        _services.Add(now - slot.GrantedAt);
        worker.IdleSince = now;
        if (slot.Kind == SlotKind.Thread)
        {
            _service.Add(now - slot.GrantedAt);
        }

        NoteDrained(worker);
        if (_queue.Count > 0)
        {
            Expire(now);
            HandOff(now);
        }
    }

    /// <summary>No slot comes free, so nobody is served; and how long it took says nothing about service times.</summary>
    public void Forfeit(in SlotLease lease, long now)
    {
        if (Workers.Forfeit(in lease, out Slot slot) is { } worker)
        {
            _counters.CountReleased();
            _services.Add(now - slot.GrantedAt);
            _slotTime.Follow(Workers.Slots, now);
            worker.IdleSince = now;
            NoteDrained(worker);
        }
    }

    /// <summary>A worker that is offered again comes back as a new one: its old leases end.</summary>
    public int Offer(int id, int rank, int generation, int capacity, long now)
    {
        Lose(id, now);
        return Workers.Offer(id, rank, generation, capacity, now);
    }

    /// <summary>From so many leases on a worker is spent; it grants on.</summary>
    public void LimitLeases(int id, long leases)
    {
        if (Workers.Find(id) is { } worker)
        {
            worker.SpentAt = Math.Max(leases, worker.Granted);
            NoteSpent(worker);
        }
    }

    public void Drain(int id)
    {
        if (Workers.Find(id) is { State: not WorkerSlotsState.Draining } worker)
        {
            Workers.SetState(worker, WorkerSlotsState.Draining);
            NoteDrained(worker);
            NoteDemand();
        }
    }

    public void Suspect(int id, int epoch)
    {
        if (Workers.Find(id) is { State: WorkerSlotsState.Ready } worker && worker.Epoch == epoch)
        {
            Workers.SetState(worker, WorkerSlotsState.Suspect);
            NoteDemand();
        }
    }

    public void Restore(int id, int epoch)
    {
        if (Workers.Find(id) is { State: WorkerSlotsState.Suspect } worker && worker.Epoch == epoch)
        {
            Workers.SetState(worker, WorkerSlotsState.Ready);
        }
    }

    public void Remove(int id, long now)
    {
        if (Lose(id, now))
        {
            NoteDemand();
        }
    }

    public void Configure(SchedulerLimits limits) =>
        _deadlines.Limits = LimitTicks.From(limits, time.TimestampFrequency);

    public void Close(TimeSpan retryAfter, long now)
    {
        (IsClosed, _closedRetryAfter) = (true, retryAfter);
        while (_queue.FirstInTurn is { } waiter)
        {
            Refuse(waiter, AdmissionOutcome.Closed, now);
        }
    }

    public void Open() => IsClosed = false;

    /// <summary>Follows a change of workers, limits or pause: clocks first, for they tell who has expired.</summary>
    public void Settle(long now)
    {
        _slotTime.Follow(Workers.Slots, now);
        _deadlines.Run(IsPaused, IsBooting, now);
        Expire(now);
        HandOff(now);
    }

    /// <summary>Until the next waiter's deadline, in timestamp ticks, if nothing changes before.</summary>
    public long NextDeadline(long now) =>
        _queue.FirstArrival is { } waiter ? _deadlines.Left(waiter, now) : LimitTicks.Off;

    public Aftermath TakeAftermath()
    {
        Aftermath aftermath = _aftermath;
        if (!aftermath.IsEmpty)
        {
            _aftermath = default;
        }

        return aftermath;
    }

    public SchedulerSnapshot Read(long now)
    {
        var workers = new WorkerSlotsSnapshot[Workers.All.Length];
        for (int i = 0; i < workers.Length; i++)
        {
            WorkerSlots w = Workers.All[i];
            workers[i] = new WorkerSlotsSnapshot(w.Id, w.Rank, w.Generation, w.Epoch, w.Capacity, w.Busy, w.State, w.Busy > 0 ? TimeSpan.Zero : time.GetElapsedTime(w.IdleSince, now), w.Granted);
        }

        TimeSpan oldest = _queue.FirstArrival is { } waiter ? Waited(waiter, now) : TimeSpan.Zero;
        TimeSpan? mean = _service.IsTrusted ? time.GetElapsedTime(0, (long)_service.Mean) : null;
        return new SchedulerSnapshot(workers, _queue.Count, oldest, _counters.Read(), mean, IsBooting, IsPaused, IsClosed);
    }

    /// <summary>Those who hold a slot now have held it until now.</summary>
    public SchedulerReport Report(long now) => new(Read(now), HeldSlots(now), _waits.Read(), _services.Read(), ReadSlotTime(now));

    public SlotTotals ReadSlotTime(long now)
    {
        _slotTime.Follow(Workers.Slots, now);
        long held = _services.Sum;
        foreach (WorkerSlots worker in Workers.All)
        {
            held += worker.Held().Sum(slot => now - slot.Slot.GrantedAt);
        }

        return new SlotTotals(time.GetElapsedTime(0, _slotTime.Offered), time.GetElapsedTime(0, held));
    }

    private List<HeldSlot> HeldSlots(long now)
    {
        List<HeldSlot> held = [];
        foreach (WorkerSlots worker in Workers.All)
        {
            held.AddRange(worker.Held().Select(slot => new HeldSlot(worker.Id, slot.Number, slot.Slot.Kind, time.GetElapsedTime(slot.Slot.GrantedAt, now))));
        }

        return held;
    }

    private bool Lose(int id, long now)
    {
        WorkerSlots? worker = Workers.Remove(id);
        _counters.CountLost(worker?.Busy ?? 0);
        foreach (var (_, slot) in worker?.Held() ?? [])
        {
            _services.Add(now - slot.GrantedAt);
        }

        return worker is not null;
    }

    private bool TryGrant(int excluded, SlotKind kind, long now, out SlotLease lease)
    {
        if (Workers.TryGrant(excluded, kind, _lastSequence + 1, now, out lease) is not { } worker)
        {
            return false;
        }

        _lastSequence++;
        NoteSpent(worker);
        return true;
    }

    private void NoteSpent(WorkerSlots worker)
    {
        if (worker.Granted == worker.SpentAt)
        {
            _aftermath.AddSpent(worker);
        }
    }

    private void NoteDemand() => _aftermath.Starved |= IsBooting && _queue.Count > 0;

    private void NoteDrained(WorkerSlots worker)
    {
        if (worker.IsDrained)
        {
            _aftermath.Drained = worker;
        }
    }

    /// <summary>
    /// A retry had a slot whose worker died. It stands at the head, so the estimate does not concern it; and since a full queue
    /// must not turn the death of a worker into failed requests, retries have as much room again above the limit.
    /// </summary>
    private AdmissionOutcome? Refusal(in SlotRequest request, long now)
    {
        long room = _deadlines.Limits.QueueLimit * (request.IsRetry ? 2L : 1L);
        return IsClosed ? AdmissionOutcome.Closed
            : _queue.Count >= room ? AdmissionOutcome.QueueFull
            : !request.IsRetry && Estimate(now) > _deadlines.Limits.LongestEstimate ? AdmissionOutcome.WouldWaitTooLong
            : null;
    }

    private double? Estimate(long now) =>
        IsBooting || IsPaused ? null : WaitEstimate.Of(_queue.Count, Workers, in _service, now);

    private void Expire(long now)
    {
        while (_queue.FirstArrival is { } waiter && _deadlines.Left(waiter, now) <= 0)
        {
            Refuse(waiter, IsBooting ? AdmissionOutcome.BootTimedOut : AdmissionOutcome.WaitedTooLong, now);
        }
    }

    /// <summary>
    /// Free slots to the waiters by turn. A waiter that may not take the slots that are left keeps its place and lets those
    /// behind it pass; without such a bar, no slot for one means none for all.
    /// </summary>
    private void HandOff(long now)
    {
        for (Waiter? waiter = IsPaused ? null : _queue.FirstInTurn; waiter is not null;)
        {
            Waiter? next = waiter.NextInTurn;
            if (TryGrant(waiter.ExcludedWorker, waiter.Kind, now, out SlotLease lease))
            {
                _queue.Leave(waiter);
                Decide(waiter, new AdmissionResult(AdmissionOutcome.Granted, lease, Waited(waiter, now), TimeSpan.Zero), now);
            }
            else if (waiter.ExcludedWorker == 0)
            {
                return;
            }

            waiter = next;
        }
    }

    /// <summary>It leaves first: its hint tells of the others only.</summary>
    private void Refuse(Waiter waiter, AdmissionOutcome outcome, long now)
    {
        _queue.Leave(waiter);
        Decide(waiter, Refused(outcome, Waited(waiter, now), now), now);
    }

    private void Decide(Waiter waiter, AdmissionResult result, long now)
    {
        waiter.Result = Count(result, now - waiter.EnteredAt);
        _aftermath.Add(waiter);
    }

    private AdmissionResult Count(AdmissionResult result, long waited)
    {
        _counters.Count(result.Outcome);
        _waits.Add(waited);
        return result;
    }

    private AdmissionResult Refused(AdmissionOutcome outcome, TimeSpan waited, long now) =>
        new(outcome, default, waited, RetryAfter(outcome, now));

    private TimeSpan RetryAfter(AdmissionOutcome outcome, long now) => outcome switch
    {
        AdmissionOutcome.ClientGone => TimeSpan.Zero,
        AdmissionOutcome.Closed => _closedRetryAfter,
        AdmissionOutcome.BootTimedOut => RetryAfterHint.From(null, _deadlines.Limits.BootWait, time.TimestampFrequency),
        _ => RetryAfterHint.From(Estimate(now), _deadlines.Limits.MaxWait, time.TimestampFrequency),
    };

    private TimeSpan Waited(Waiter waiter, long now) => time.GetElapsedTime(waiter.EnteredAt, now);
}
