namespace ProxyGroups.Host.Steering;

/// <summary>A request that failed of late.</summary>
internal sealed record FailedRequestStatus(DateTimeOffset Time, string Id, string Cause, string Method, string Path, int? Rank, int? Generation);
