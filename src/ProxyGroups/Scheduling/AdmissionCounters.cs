namespace ProxyGroups.Scheduling;

/// <summary>Counts admissions and ended leases. Guarded by the lock of <see cref="SlotScheduler"/>.</summary>
internal sealed class AdmissionCounters
{
    private readonly long[] _byOutcome = new long[Enum.GetValues<AdmissionOutcome>().Length];
    private long _released;
    private long _lost;

    public void Count(AdmissionOutcome outcome) => _byOutcome[(int)outcome]++;

    public void CountReleased() => _released++;

    public void CountLost(int leases) => _lost += leases;

    public AdmissionTotals Read() => new(
        this[AdmissionOutcome.Granted],
        this[AdmissionOutcome.QueueFull],
        this[AdmissionOutcome.WouldWaitTooLong],
        this[AdmissionOutcome.WaitedTooLong],
        this[AdmissionOutcome.ClientGone],
        this[AdmissionOutcome.BootTimedOut],
        this[AdmissionOutcome.Closed],
        _released,
        _lost);

    private long this[AdmissionOutcome outcome] => _byOutcome[(int)outcome];
}
