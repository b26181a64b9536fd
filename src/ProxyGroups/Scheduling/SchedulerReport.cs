namespace ProxyGroups.Scheduling;

/// <summary>All that the scheduler knows, at one moment: more than its owner needs from step to step.</summary>
/// <param name="Held">By worker and slot.</param>
/// <param name="Waits">How long requests waited for a slot, those that got none included.</param>
/// <param name="Services">How long requests held a slot, those that still do left out.</param>
internal sealed record SchedulerReport(
    SchedulerSnapshot Snapshot, IReadOnlyList<HeldSlot> Held, DurationHistogram Waits, DurationHistogram Services, SlotTotals SlotTime);
