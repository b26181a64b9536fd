namespace ProxyGroups.Supervision;

/// <summary>Memory of a worker and of what it started, in bytes, with what of it is swapped out.</summary>
/// <param name="Unique">What would come free if it ended (USS). Pages that siblings share, such as those of a preloaded interpreter, are nobody's.</param>
/// <param name="Proportional">That, and its part of the pages that others use too (PSS). Summed over all who share them it is what they use together.</param>
/// <param name="Unforked">What Proportional would be if it had been started plainly: all that it has in memory of what no file backs, and its part of the rest. Null: the kernel does not tell.</param>
/// <param name="Files">Of Proportional what files back.</param>
internal readonly record struct MemoryUse(long Unique, long Proportional, long? Unforked, long Files = 0)
{
    /// <param name="overhead">Bytes that it would not have, had it been started plainly.</param>
    public MemoryUse Without(long overhead) => this with { Unforked = Unforked is { } all ? Math.Max(0, all - overhead) : null };
}
