namespace ProxyGroups.Scheduling;

/// <summary>
/// How long a newcomer would wait: <c>(a · S + r) / c</c>, where
/// <c>a</c> = waiters ahead, <c>S</c> = mean service time, <c>c</c> = slots of the ready workers that serve requests (those
/// under upgraded connections do not come back), <c>r</c> = residual of a running lease: <c>S</c> less the mean time the running
/// ones have taken so far, at least 0.
/// <para>
/// With all slots busy one comes back every S / c on average, and the newcomer needs the (a + 1)th; the first comes sooner the
/// longer the running leases have run. With one slot and steady service the estimate is exact. It errs on the low side: with
/// a heavy tail, running leases have run longer than S (inspection paradox), and to take that for a new mean would
/// refuse requests that had room. Who is wrongly let in is refused at MaxWait, and has cost no slot.
/// </para>
/// </summary>
internal static class WaitEstimate
{
    /// <summary>In timestamp ticks; null: not known (too few samples, or no slot that comes back).</summary>
    public static double? Of(int ahead, WorkerTable workers, in ServiceTime service, long now)
    {
        (int slots, int running, long elapsed) = Sum(workers, now);
        if (slots <= 0 || !service.IsTrusted)
        {
            return null;
        }

        double residual = running == 0 ? 0 : Math.Max(0, service.Mean - ((double)elapsed / running));
        return ((ahead * service.Mean) + residual) / slots;
    }

    private static (int Slots, int Running, long Elapsed) Sum(WorkerTable workers, long now)
    {
        (int slots, int running, long elapsed) = (0, 0, 0);
        foreach (WorkerSlots worker in workers.All)
        {
            if (worker.State == WorkerSlotsState.Ready)
            {
                slots += Math.Max(0, worker.Capacity - (worker.Busy - worker.Measured));
                running += worker.Measured;
                elapsed += unchecked((worker.Measured * now) - worker.GrantedAtSum);
            }
        }

        return (slots, running, elapsed);
    }
}
