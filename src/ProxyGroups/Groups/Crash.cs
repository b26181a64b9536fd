namespace ProxyGroups.Groups;

/// <summary>A worker that was ready and ended by itself.</summary>
/// <param name="LeftNobody">No other worker was ready.</param>
internal readonly record struct Crash(TimeSpan At, int Rank, bool LeftNobody);
