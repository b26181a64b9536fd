namespace ProxyGroups.Scheduling;

/// <summary>Slot time of a group since it began: one slot for one second is a second.</summary>
/// <param name="Offered">Of the slots that there were.</param>
/// <param name="Held">Of those that requests held.</param>
internal readonly record struct SlotTotals(TimeSpan Offered, TimeSpan Held);
