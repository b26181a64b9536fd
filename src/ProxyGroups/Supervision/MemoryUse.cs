namespace ProxyGroups.Supervision;

/// <summary>Memory of a worker and of what it started, in bytes, with what of it is swapped out.</summary>
/// <param name="Unique">What would come free if it ended (USS). Pages that siblings share, such as those of a preloaded interpreter, are nobody's.</param>
/// <param name="Proportional">That, and its part of the pages that others use too (PSS). Summed over all who share them it is what they use together.</param>
internal readonly record struct MemoryUse(long Unique, long Proportional);
