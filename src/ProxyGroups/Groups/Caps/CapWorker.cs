namespace ProxyGroups.Groups.Caps;

/// <summary>One worker as the caps see it.</summary>
/// <param name="Since">When it asked for room.</param>
internal sealed record CapWorker(int Id, string Group, int Rank, TimeSpan Since)
{
    public CapStage Stage { get; init; }

    /// <summary>Owner of the preloader that this is (<see cref="ProxyGroups.Supervision.PreloadSpec"/>); null: a worker.</summary>
    public string? Preloads { get; init; }

    /// <summary>When it became ready; null: it is not.</summary>
    public TimeSpan? ReadySince { get; init; }

    /// <summary>The worker that it replaces leaves or has left for it: that room is its own.</summary>
    public bool IsHeir { get; init; }

    /// <summary>Requests wait for it.</summary>
    public bool IsPressed { get; init; }

    /// <summary>Bytes that it uses or is taken to need; null: nothing is known of workers like it.</summary>
    public long? Memory { get; init; }

    public bool IsPeerOf(CapWorker other) => other.Rank == Rank && other.Group.Equals(Group, StringComparison.OrdinalIgnoreCase);
}
