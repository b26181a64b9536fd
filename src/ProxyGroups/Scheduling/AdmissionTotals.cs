namespace ProxyGroups.Scheduling;

/// <summary>
/// Admissions by outcome, and what became of the granted leases: granted = released + lost + those still held.
/// </summary>
/// <param name="Released">Leases that returned their slot.</param>
/// <param name="Lost">Leases that ended with their worker.</param>
internal readonly record struct AdmissionTotals(
    long Granted,
    long QueueFull,
    long WouldWaitTooLong,
    long WaitedTooLong,
    long ClientGone,
    long BootTimedOut,
    long Closed,
    long Released,
    long Lost);
