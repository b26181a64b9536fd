using ProxyGroups.Scheduling;

namespace ProxyGroups.Admin;

/// <summary>Requests that got no slot since the start of the front door, by why.</summary>
internal sealed record RefusalsSnapshot(long QueueFull, long WouldWaitTooLong, long WaitedTooLong, long BootTimedOut, long Closed)
{
    public static RefusalsSnapshot Of(in AdmissionTotals totals) =>
        new(totals.QueueFull, totals.WouldWaitTooLong, totals.WaitedTooLong, totals.BootTimedOut, totals.Closed);
}
