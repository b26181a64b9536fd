namespace ProxyGroups.Scheduling;

/// <summary>A slot that a request holds.</summary>
/// <param name="Worker">Id of the worker.</param>
/// <param name="Age">Since when.</param>
internal readonly record struct HeldSlot(int Worker, int Slot, SlotKind Kind, TimeSpan Age);
