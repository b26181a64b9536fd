namespace ProxyGroups.Supervision;

/// <summary>A worker is ready when it said so (if <paramref name="Notify"/>) and the HTTP check answers (if <paramref name="Path"/> is given).</summary>
internal sealed record ReadinessCheck(bool Notify, string? Path);
