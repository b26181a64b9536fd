using ProxyGroups.Groups;

namespace ProxyGroups.Admin;

/// <summary>A request that failed of late.</summary>
/// <param name="Id">What its client was shown; the log says more under it.</param>
/// <param name="Cause">The word of the metrics and of the access log.</param>
/// <param name="Rank">The worker's that was asked last; null: none was.</param>
internal sealed record FailedRequestSnapshot(DateTimeOffset Time, string Id, string Cause, string Method, string Path, int? Rank, int? Generation)
{
    public static FailedRequestSnapshot Of(FailedRequest failed) =>
        new(failed.Time, failed.Id, failed.Cause, failed.Method, failed.Path, failed.Worker?.Rank, failed.Worker?.Generation);
}
