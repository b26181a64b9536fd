using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>
/// The rules of the scheduler in the plainest form: lists, searches, time in milliseconds, no lock, no links, no timer.
/// Slow and obviously right; the real one must do the same.
/// </summary>
internal sealed class ModelScheduler(SchedulerLimits limits)
{
    /// <summary>Estimates are made in the ticks of the fake clock, so that rounding is the same to the last bit.</summary>
    private const double Ticks = TimeSpan.TicksPerMillisecond;

    private readonly List<ModelWaiter> _waiters = [];
    private readonly List<double> _durations = [];
    private SchedulerLimits _limits = limits;
    private double _closedRetryAfter;
    private double _mean;
    private int _epochs;

    public long Now { get; private set; }

    public List<ModelWorker> Workers { get; } = [];

    public Dictionary<int, ModelOutcome> Decided { get; } = [];

    public List<(int Worker, int Epoch)> Drained { get; } = [];

    public int Starvations { get; private set; }

    public int QueueLength => _waiters.Count;

    public long OldestWait => _waiters.Count == 0 ? 0 : _waiters.Max(waiter => waiter.Total);

    public bool IsPaused { get; private set; }

    public bool IsClosed { get; private set; }

    public bool IsBooting => !Workers.Exists(worker => worker.State == WorkerSlotsState.Ready);

    public void Acquire(int ticket, int excluded, bool isRetry, long enqueuedAt, SlotKind kind, bool gone)
    {
        if (gone || IsClosed)
        {
            Refuse(ticket, gone ? AdmissionOutcome.ClientGone : AdmissionOutcome.Closed, 0);
        }
        else if (!IsPaused && Best(excluded) is { } worker)
        {
            Grant(ticket, worker, kind, 0);
        }
        else if (_waiters.Count >= _limits.QueueLimit * (isRetry ? 2 : 1))
        {
            Refuse(ticket, AdmissionOutcome.QueueFull, 0);
        }
        else if (!isRetry && Estimate() > _limits.MaxWait.Ticks - (_limits.MaxWait.Ticks / 8))
        {
            Refuse(ticket, AdmissionOutcome.WouldWaitTooLong, 0);
        }
        else
        {
            _waiters.Add(new ModelWaiter { Ticket = ticket, EnqueuedAt = enqueuedAt, Excluded = excluded, Kind = kind });
            NoteStarvation();
            ExpireThoseWhoWaitedEnough();
        }
    }

    public void Release(int ticket)
    {
        foreach (ModelWorker worker in Workers)
        {
            if (worker.Leases.Find(lease => lease.Ticket == ticket) is { } lease)
            {
                worker.Leases.Remove(lease);
                Learn(lease);
                NoteDrained(worker);
                Settle();
                return;
            }
        }
    }

    public void Forfeit(int ticket)
    {
        foreach (ModelWorker worker in Workers)
        {
            if (worker.Leases.Find(lease => lease.Ticket == ticket) is { } lease)
            {
                worker.Leases.Remove(lease);
                worker.Stuck.Add(lease);
                NoteDrained(worker);
                return;
            }
        }
    }

    public void Cancel(int ticket)
    {
        if (_waiters.Find(waiter => waiter.Ticket == ticket) is { } waiter)
        {
            Leave(waiter, AdmissionOutcome.ClientGone);
        }
    }

    public void Advance(long milliseconds)
    {
        Now += milliseconds;
        foreach (ModelWaiter waiter in _waiters)
        {
            waiter.Paused += IsPaused ? milliseconds : 0;
            waiter.Booted += !IsPaused && IsBooting ? milliseconds : 0;
            waiter.Waited += !IsPaused && !IsBooting ? milliseconds : 0;
        }

        Settle();
    }

    public int Offer(int id, int rank, int generation, int capacity)
    {
        Workers.RemoveAll(worker => worker.Id == id);
        int epoch = ++_epochs;
        Workers.Add(new ModelWorker { Id = id, Rank = rank, Generation = generation, Epoch = epoch, Threads = capacity });
        Settle();
        return epoch;
    }

    public void Remove(int id)
    {
        if (Workers.RemoveAll(worker => worker.Id == id) > 0)
        {
            NoteStarvation();
            // With the last ready one the boot clock takes over, and a waiter may have used its boot time up before.
            Settle();
        }
    }

    public void Drain(int id) => SetState(id, null, WorkerSlotsState.Draining);

    public void Suspect(int id, int epoch) => SetState(id, epoch, WorkerSlotsState.Suspect);

    public void Restore(int id, int epoch) => SetState(id, epoch, WorkerSlotsState.Ready);

    public void Resize(int id, int capacity)
    {
        if (Find(id) is { } worker)
        {
            worker.Threads = capacity;
            Settle();
        }
    }

    public void Configure(SchedulerLimits limits)
    {
        _limits = limits;
        Settle();
    }

    public void SetPaused(bool paused)
    {
        IsPaused = paused;
        Settle();
    }

    public void Close(double retryAfter)
    {
        (IsClosed, _closedRetryAfter) = (true, retryAfter);
        _waiters.ToList().ForEach(waiter => Leave(waiter, AdmissionOutcome.Closed));
    }

    public void Open() => IsClosed = false;

    public ModelWorker? Find(int id) => Workers.Find(worker => worker.Id == id);

    private void SetState(int id, int? epoch, WorkerSlotsState state)
    {
        if (Find(id) is not { } worker || (epoch is not null && worker.Epoch != epoch) ||
            worker.State == WorkerSlotsState.Draining || worker.State == state)
        {
            return;
        }

        worker.State = state;
        if (state != WorkerSlotsState.Ready && _waiters.Count > 0)
        {
            NoteStarvation();
        }

        NoteDrained(worker);
        Settle();
    }

    private void Settle()
    {
        ExpireThoseWhoWaitedEnough();
        while (!IsPaused && NextGrant() is var (waiter, worker) && waiter is not null)
        {
            _waiters.Remove(waiter);
            Grant(waiter.Ticket, worker!, waiter.Kind, waiter.Total);
        }
    }

    private void ExpireThoseWhoWaitedEnough()
    {
        if (IsPaused)
        {
            return;
        }

        foreach (ModelWaiter waiter in _waiters.ToArray())
        {
            if (IsBooting && waiter.Booted >= _limits.BootWait.TotalMilliseconds)
            {
                Leave(waiter, AdmissionOutcome.BootTimedOut);
            }
            else if (!IsBooting && waiter.Waited >= _limits.MaxWait.TotalMilliseconds)
            {
                Leave(waiter, AdmissionOutcome.WaitedTooLong);
            }
        }
    }

    private (ModelWaiter? Waiter, ModelWorker? Worker) NextGrant()
    {
        foreach (ModelWaiter waiter in _waiters.OrderBy(waiter => waiter.EnqueuedAt).ThenBy(waiter => waiter.Ticket))
        {
            if (Best(waiter.Excluded) is { } worker)
            {
                return (waiter, worker);
            }
        }

        return default;
    }

    private ModelWorker? Best(int excluded)
    {
        ModelWorker? best = null;
        foreach (ModelWorker worker in Workers)
        {
            if (worker.HasFreeSlot && worker.Id != excluded && (best is null || Order(worker).CompareTo(Order(best)) < 0))
            {
                best = worker;
            }
        }

        return best;
    }

    private static (bool Hangs, int Generation, int Busy, int Rank) Order(ModelWorker worker) =>
        (worker.Stuck.Count > 0, -worker.Generation, worker.Leases.Count, worker.Rank);

    private void Grant(int ticket, ModelWorker worker, SlotKind kind, long waited)
    {
        worker.Granted++;
        worker.Leases.Add(new ModelLease(ticket, kind, Now));
        Decided.Add(ticket, new ModelOutcome(AdmissionOutcome.Granted, worker.Id, worker.Epoch, waited, 0));
    }

    private void Leave(ModelWaiter waiter, AdmissionOutcome outcome)
    {
        _waiters.Remove(waiter);
        Refuse(waiter.Ticket, outcome, waiter.Total);
    }

    private void Refuse(int ticket, AdmissionOutcome outcome, long waited) =>
        Decided.Add(ticket, new ModelOutcome(outcome, 0, 0, waited, RetryAfter(outcome)));

    private double RetryAfter(AdmissionOutcome outcome) => outcome switch
    {
        AdmissionOutcome.ClientGone => 0,
        AdmissionOutcome.Closed => _closedRetryAfter,
        AdmissionOutcome.BootTimedOut => Seconds(_limits.BootWait.Ticks),
        _ => Seconds(Estimate() ?? _limits.MaxWait.Ticks),
    };

    private static double Seconds(double ticks) => Math.Clamp(Math.Ceiling(ticks / TimeSpan.TicksPerSecond), 1, 60);

    private double? Estimate()
    {
        ModelWorker[] ready = [.. Workers.Where(worker => worker.State == WorkerSlotsState.Ready)];
        int slots = ready.Sum(worker => Math.Max(0, worker.Capacity - worker.Leases.Count(lease => lease.Kind == SlotKind.Upgraded)));
        if (IsPaused || slots == 0 || _durations.Count < 16)
        {
            return null;
        }

        double[] ages = [.. ready.SelectMany(worker => worker.Leases).Where(lease => lease.Kind == SlotKind.Thread)
            .Select(lease => (Now - lease.GrantedAt) * Ticks)];
        double residual = ages.Length == 0 ? 0 : Math.Max(0, _mean - (ages.Sum() / ages.Length));
        return ((_waiters.Count * _mean) + residual) / slots;
    }

    private void Learn(ModelLease lease)
    {
        if (lease.Kind == SlotKind.Thread)
        {
            _durations.Add((Now - lease.GrantedAt) * Ticks);
            _mean += (_durations[^1] - _mean) / Math.Min(32, _durations.Count);
        }
    }

    private void NoteDrained(ModelWorker worker)
    {
        if (worker.State == WorkerSlotsState.Draining && worker.Leases.Count == 0)
        {
            Drained.Add((worker.Id, worker.Epoch));
        }
    }

    private void NoteStarvation() => Starvations += IsBooting && _waiters.Count > 0 ? 1 : 0;
}
