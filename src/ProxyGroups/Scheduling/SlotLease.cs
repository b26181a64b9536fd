namespace ProxyGroups.Scheduling;

/// <summary>
/// Proof of holding a slot. <paramref name="Epoch"/> and <paramref name="Sequence"/> make a stale release harmless:
/// it can free nobody else's slot.
/// </summary>
internal readonly record struct SlotLease(int Worker, int Slot, int Epoch, long Sequence);
