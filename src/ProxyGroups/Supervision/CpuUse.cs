namespace ProxyGroups.Supervision;

/// <summary>CPU time of a worker and of what it started in its session.</summary>
/// <param name="Time">Since it was started, user and system.</param>
/// <param name="Share">Of late, in cores: since somebody last looked, where that was within a minute, else since it was started.</param>
internal readonly record struct CpuUse(TimeSpan Time, double Share);
