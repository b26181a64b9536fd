namespace ProxyGroups.Scheduling;

/// <summary>
/// How long a waiter may still wait. Two clocks: the wait clock, held against MaxWait, runs while a worker is on offer; the boot
/// clock, held against BootWait, runs while none is; while paused both stand still. A waiter notes both as it enters, so a
/// change of state costs nothing per waiter, and deadlines have the order of arrival. Guarded by the lock of
/// <see cref="SlotScheduler"/>.
/// </summary>
internal struct QueueDeadlines(LimitTicks limits)
{
    private QueueClock _waitClock;
    private QueueClock _bootClock;
    private bool _isBooting;
    private bool _isPaused;

    public LimitTicks Limits { readonly get; set; } = limits;

    public void Run(bool isPaused, bool isBooting, long now)
    {
        (_isPaused, _isBooting) = (isPaused, isBooting);
        _waitClock.Run(!isPaused && !isBooting, now);
        _bootClock.Run(!isPaused && isBooting, now);
    }

    public readonly void Enter(Waiter waiter, long now)
    {
        waiter.EnteredAt = now;
        waiter.WaitFrom = _waitClock.Read(now);
        waiter.BootFrom = _bootClock.Read(now);
    }

    /// <summary>Timestamp ticks until the deadline if nothing changes before; <see cref="LimitTicks.Off"/>: none.</summary>
    public readonly long Left(Waiter waiter, long now)
    {
        (long limit, long waited) = _isBooting
            ? (Limits.BootWait, _bootClock.Read(now) - waiter.BootFrom)
            : (Limits.MaxWait, _waitClock.Read(now) - waiter.WaitFrom);
        return _isPaused || limit == LimitTicks.Off ? LimitTicks.Off : limit - waited;
    }
}
