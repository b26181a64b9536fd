namespace ProxyGroups.Scheduling;

/// <summary>Waiters for reuse, so that queueing allocates nothing. Guarded by the lock of <see cref="SlotScheduler"/>.</summary>
internal sealed class WaiterPool(SlotScheduler scheduler)
{
    /// <summary>About 200 kB; a burst above it is left to the garbage collector.</summary>
    private const int Limit = 1024;

    private Waiter? _first;
    private int _count;

    public Waiter Rent()
    {
        if (_first is not { } waiter)
        {
            return new Waiter(scheduler);
        }

        (_first, waiter.Next) = (waiter.Next, null);
        _count--;
        return waiter;
    }

    public void Return(Waiter waiter)
    {
        if (_count < Limit)
        {
            (_first, waiter.Next) = (waiter, _first);
            _count++;
        }
    }
}
