namespace ProxyGroups.Admin.Api;

/// <summary>One group.</summary>
/// <param name="TimeBounds">Upper bounds, in seconds, of the buckets that times are counted in.</param>
internal sealed record GroupAnswer(int Version, IReadOnlyList<double> TimeBounds, GroupSnapshot Group);
