namespace ProxyGroups.Supervision;

/// <summary>
/// A worker is ready when it said so (if <paramref name="Notify"/>) and the HTTP check answers (if <paramref name="Path"/> is given).
/// One that listens nowhere has no HTTP check.
/// </summary>
internal sealed record ReadinessCheck(bool Notify, string? Path)
{
    /// <summary>A worker that neither says that it is ready nor listens is taken for ready once it has stayed so long.</summary>
    public TimeSpan? Settle { get; init; }
}
