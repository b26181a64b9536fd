namespace ProxyGroups.Scheduling;

/// <summary>What an operation leaves to be done once the lock is free: waiters to complete, callbacks to call.</summary>
internal struct Aftermath
{
    private Waiter? _first;
    private Waiter? _last;

    /// <summary>Draining worker whose last lease is back; null: none. One operation ends the drain of one worker at most.</summary>
    public WorkerSlots? Drained { get; set; }

    /// <summary>Ids of the workers that reached their limit of leases, with that limit; null: none.</summary>
    public List<(int Worker, long Leases)>? Spent { get; private set; }

    public bool Starved { get; set; }

    public bool Queued { get; set; }

    public readonly bool IsEmpty => _first is null && Drained is null && Spent is null && !Starved && !Queued;

    public void Add(Waiter waiter)
    {
        if (_last is null)
        {
            _first = waiter;
        }
        else
        {
            _last.Next = waiter;
        }

        _last = waiter;
    }

    public void AddSpent(WorkerSlots worker)
    {
        Spent ??= [];
        Spent.Add((worker.Id, worker.SpentAt));
    }

    /// <summary>A completed waiter may be in use again at once, so the link is read before. Nobody waits for what another one does: the last alone goes on here.</summary>
    /// <param name="thread">Where that may be; null: the thread pool.</param>
    public readonly void CompleteWaiters(LoopThread? thread)
    {
        for (Waiter? waiter = _first; waiter is not null;)
        {
            Waiter? next = waiter.Next;
            waiter.Next = null;
            if (thread is null || next is not null)
            {
                waiter.Continue(onPool: true);
            }
            else
            {
                thread.Continue(waiter);
            }

            waiter = next;
        }
    }
}
