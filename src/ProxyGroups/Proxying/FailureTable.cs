using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Proxying;

/// <summary>One table from a failure to its answer: status, Proxy-Status error (RFC 9209 section 2.3), words for the person.</summary>
internal static class FailureTable
{
    public static FailureRow Row(ProxyFailure failure) => failure switch
    {
        ProxyFailure.QueueFull => Busy("The app is busy and its queue is full."),
        ProxyFailure.WouldWaitTooLong => Busy("The app is busy; this request would have waited too long."),
        ProxyFailure.WaitedTooLong => Busy("The app is busy; this request waited too long for its turn."),
        ProxyFailure.BootTimedOut => Unavailable("The app is still starting."),
        ProxyFailure.GroupClosed => Unavailable("The app is not available at the moment."),
        ProxyFailure.Maintenance => Unavailable("The app is being worked on and will be back soon."),
        ProxyFailure.Disabled => Unavailable("Process groups are switched off (ProxyGroups:Enabled is false)."),
        ProxyFailure.ConnectFailed => Broken("connection_refused", "The app could not be reached."),
        ProxyFailure.WorkerDied => Broken("connection_terminated", "The app ended before it answered."),
        ProxyFailure.ClosedInHead => Broken("http_response_incomplete", "The app's answer broke off."),
        ProxyFailure.MalformedHead => Broken("http_protocol_error", "The app's answer was not valid HTTP."),
        ProxyFailure.HeadTooLarge => Broken("http_response_header_section_size", "The app's answer had too large headers."),
        ProxyFailure.RequestDeadline => new(StatusCodes.Status504GatewayTimeout, "http_response_timeout", false, "The app took too long to answer."),
        ProxyFailure.BodyTooLarge => new(StatusCodes.Status413PayloadTooLarge, "http_request_error", false, "The request's body is larger than this app accepts."),
        ProxyFailure.ClientStalled => new(StatusCodes.Status408RequestTimeout, "http_request_error", false, "The request's body came too slowly."),
        ProxyFailure.ClientBroken => new(StatusCodes.Status400BadRequest, "http_request_error", false, "The request was broken off or malformed."),
        ProxyFailure.ForwardingFailed => Broken("proxy_internal_error", "The request could not be forwarded."),
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, null),
    };

    private static FailureRow Busy(string text) => new(StatusCodes.Status503ServiceUnavailable, "connection_limit_reached", true, text);

    private static FailureRow Unavailable(string text) => new(StatusCodes.Status503ServiceUnavailable, "destination_unavailable", true, text);

    private static FailureRow Broken(string error, string text) => new(StatusCodes.Status502BadGateway, error, false, text);
}
