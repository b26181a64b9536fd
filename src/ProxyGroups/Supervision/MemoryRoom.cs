namespace ProxyGroups.Supervision;

/// <summary>Whether a worker's successor fits beside it: what the worker uses, what the machine has left, in bytes; null: not known.</summary>
/// <param name="IsOfGroup">The group's own limit is what leaves the least.</param>
internal readonly record struct MemoryRoom(long? Used, long? Available, bool IsOfGroup = false)
{
    public bool IsEnough => !(Available < Used);

    /// <summary>The same within the group's own limit; null: it has none.</summary>
    public MemoryRoom Within(long? group) => group < (Available ?? long.MaxValue) ? this with { Available = Math.Max(0, group.Value), IsOfGroup = true } : this;
}
