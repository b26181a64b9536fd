namespace ProxyGroups.Admin.Api;

/// <summary>The front door and all groups that the caller may see.</summary>
/// <param name="Started">When the front door was started.</param>
/// <param name="Time">The front door's clock.</param>
/// <param name="TimeBounds">Upper bounds, in seconds, of the buckets that times are counted in.</param>
/// <param name="NewestEvent">Id of the newest event: following after it misses nothing.</param>
/// <param name="Learned">Modules that could be preloaded, or are; for those alone who may see all groups.</param>
internal sealed record StatusAnswer(int Version, string ServerVersion, int Pid, DateTimeOffset Started, DateTimeOffset Time, long NewestEvent, IReadOnlyList<double> TimeBounds, IReadOnlyList<ApplicationGroupSnapshot> ApplicationGroups, IReadOnlyList<GroupSnapshot> Groups, IReadOnlyList<LearnedSnapshot> Learned);
