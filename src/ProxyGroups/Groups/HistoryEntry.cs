namespace ProxyGroups.Groups;

/// <summary>One thing that happened, for people and programs to read.</summary>
/// <param name="Text">In words, without what a program wrote: that is in the log alone.</param>
internal sealed record HistoryEntry(HistoryKind Kind, string Text)
{
    /// <summary>Grows by one from entry to entry, also over restarts of the front door, which leave a gap.</summary>
    public long Id { get; init; }

    public DateTimeOffset Time { get; init; }

    /// <summary>Null: it is about the whole front door.</summary>
    public string? Group { get; init; }

    public int? Generation { get; init; }

    /// <summary>The worker's; null: it is about no single worker.</summary>
    public int? Rank { get; init; }

    public int? Pid { get; init; }

    /// <summary>The worker's state, or the condition of the group.</summary>
    public string? State { get; init; }

    /// <summary>Why the worker came into its state.</summary>
    public string? Reason { get; init; }
}
