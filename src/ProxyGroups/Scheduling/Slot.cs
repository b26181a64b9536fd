namespace ProxyGroups.Scheduling;

/// <summary>Who holds a slot and since when.</summary>
/// <param name="Sequence">Number of the lease; 0: free.</param>
internal readonly record struct Slot(long Sequence, long GrantedAt, SlotKind Kind);
