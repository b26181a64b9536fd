namespace ProxyGroups.Scheduling;

/// <summary>What a request occupies. Upgraded connections take a thread slot for their life until they get a cap of their own.</summary>
internal enum SlotKind
{
    Thread,
    Upgraded,
}
