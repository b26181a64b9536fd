namespace ProxyGroups.Supervision;

/// <summary>Where a worker's output goes instead of our own log, as plain data.</summary>
/// <param name="File">Absolute path.</param>
internal sealed record LogTarget(string File, long MaxSize, int Keep);
