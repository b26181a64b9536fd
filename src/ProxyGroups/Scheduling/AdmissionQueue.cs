namespace ProxyGroups.Scheduling;

/// <summary>
/// The waiters of a group. Guarded by the lock of <see cref="SlotScheduler"/>. Each waiter stands in two lists:
/// by turn (timestamp of its first try: a retry stands where it stood, normally at the head) and by arrival (when its wait
/// began). With one limit for all, the first arrival has the earliest deadline. Leaving is O(1) anywhere.
/// </summary>
internal sealed class AdmissionQueue
{
    private Waiter? _lastInTurn;
    private Waiter? _lastArrival;

    public int Count { get; private set; }

    public Waiter? FirstInTurn { get; private set; }

    public Waiter? FirstArrival { get; private set; }

    public void Enter(Waiter waiter)
    {
        waiter.IsQueued = true;
        Count++;
        InsertArrival(waiter);
        InsertTurn(waiter, waiter.IsRetry ? PredecessorFromHead(waiter) : PredecessorFromTail(waiter));
    }

    public void Leave(Waiter waiter)
    {
        waiter.IsQueued = false;
        Count--;
        RemoveTurn(waiter);
        RemoveArrival(waiter);
        waiter.PreviousInTurn = waiter.NextInTurn = waiter.PreviousArrival = waiter.NextArrival = null;
    }

    /// <summary>A retry is old: its place is near the head.</summary>
    private Waiter? PredecessorFromHead(Waiter waiter)
    {
        Waiter? before = null;
        for (Waiter? other = FirstInTurn; other is not null && other.EnqueuedAt <= waiter.EnqueuedAt; other = other.NextInTurn)
        {
            before = other;
        }

        return before;
    }

    private Waiter? PredecessorFromTail(Waiter waiter)
    {
        Waiter? before = _lastInTurn;
        while (before is not null && before.EnqueuedAt > waiter.EnqueuedAt)
        {
            before = before.PreviousInTurn;
        }

        return before;
    }

    private void InsertTurn(Waiter waiter, Waiter? before)
    {
        Waiter? after = before is null ? FirstInTurn : before.NextInTurn;
        (waiter.PreviousInTurn, waiter.NextInTurn) = (before, after);
        LinkTurn(before, waiter);
        LinkTurn(waiter, after);
    }

    private void RemoveTurn(Waiter waiter) => LinkTurn(waiter.PreviousInTurn, waiter.NextInTurn);

    private void LinkTurn(Waiter? before, Waiter? after)
    {
        if (before is null)
        {
            FirstInTurn = after;
        }
        else
        {
            before.NextInTurn = after;
        }

        if (after is null)
        {
            _lastInTurn = before;
        }
        else
        {
            after.PreviousInTurn = before;
        }
    }

    private void InsertArrival(Waiter waiter)
    {
        Waiter? before = _lastArrival;
        LinkArrival(before, waiter);
        LinkArrival(waiter, null);
    }

    private void RemoveArrival(Waiter waiter) => LinkArrival(waiter.PreviousArrival, waiter.NextArrival);

    private void LinkArrival(Waiter? before, Waiter? after)
    {
        if (before is null)
        {
            FirstArrival = after;
        }
        else
        {
            before.NextArrival = after;
        }

        if (after is null)
        {
            _lastArrival = before;
        }
        else
        {
            after.PreviousArrival = before;
        }
    }
}
