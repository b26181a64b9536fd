using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>A request that was not served although its group was not merely busy. What exactly happened is in the log, by the id that its client got.</summary>
/// <param name="Cause">The word of the metrics and of the access log.</param>
/// <param name="Path">Without the query.</param>
/// <param name="Worker">The worker that was asked last; null: none was.</param>
internal sealed record FailedRequest(DateTimeOffset Time, string Id, string Cause, string Method, string Path, WorkerIdentity? Worker);
