namespace ProxyGroups.Scheduling;

/// <summary>
/// How much slot time a group has had since it began, in timestamp ticks: one slot for one tick is one. What is held is added when a lease ends, so that
/// requests pay nothing for it. Guarded by the lock of <see cref="SlotScheduler"/>.
/// </summary>
internal struct SlotTime
{
    private long _slots;
    private long _since;

    /// <summary>Of all workers that there were, whether anybody held their slots or not.</summary>
    public long Offered { get; private set; }

    /// <summary>The number of slots changes; it has been the same since it last did.</summary>
    public void Follow(long slots, long now)
    {
        Offered += _slots * (now - _since);
        (_slots, _since) = (slots, now);
    }
}
