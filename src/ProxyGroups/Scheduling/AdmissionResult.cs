namespace ProxyGroups.Scheduling;

/// <summary>A granted lease, or why there is none and when a new try may succeed.</summary>
internal readonly record struct AdmissionResult(AdmissionOutcome Outcome, SlotLease Lease, TimeSpan Waited, TimeSpan RetryAfter)
{
    public bool IsGranted => Outcome == AdmissionOutcome.Granted;
}
