using Microsoft.Extensions.Logging;

namespace ProxyGroups.Proxying;

/// <summary>Log lines of the request path, ids 4000 to 4099. Paths are logged without their query.</summary>
internal static partial class ProxyingLog
{
    [LoggerMessage(4000, LogLevel.Debug, "Group {Group}: the client of request {RequestId} is gone (499)")]
    public static partial void ClientGone(this ILogger logger, string group, string requestId);

    [LoggerMessage(EventId = 4001, Message = "Group {Group}: {Method} {Path} failed ({Failure}, tries {Tries}, request {RequestId}): {Detail}")]
    public static partial void Failed(this ILogger logger, LogLevel level, string group, string method, string path, ProxyFailure? failure, int tries, string requestId, string detail);

    [LoggerMessage(4010, LogLevel.Warning, "Access log: {Count} lines were lost; what takes them was slower than the requests were")]
    public static partial void AccessLinesLost(this ILogger logger, int count);

    [LoggerMessage(4011, LogLevel.Error, "Access log: some lines could not be written; it goes on")]
    public static partial void AccessLogFailed(this ILogger logger, Exception exception);

    [LoggerMessage(4002, LogLevel.Error, "Group {Group}: suspect request {Method} {Path} ({RequestId}): {Deaths} workers ended while they handled it; it is not tried again")]
    public static partial void SuspectRequest(this ILogger logger, string group, string method, string path, string requestId, int deaths);

    [LoggerMessage(4003, LogLevel.Information, "Group {Group}: {Method} {Path} is tried again (request {RequestId}): {Detail}")]
    public static partial void TriedAgain(this ILogger logger, string group, string method, string path, string requestId, string? detail);
}
