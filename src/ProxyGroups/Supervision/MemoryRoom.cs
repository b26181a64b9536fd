namespace ProxyGroups.Supervision;

/// <summary>Whether a worker's successor fits beside it: what the worker uses, what the machine has left, in bytes; null: not known.</summary>
internal readonly record struct MemoryRoom(long? Used, long? Available)
{
    public bool IsEnough => !(Available < Used);
}
