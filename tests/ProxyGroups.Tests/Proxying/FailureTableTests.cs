using ProxyGroups.Proxying;

namespace ProxyGroups.Tests.Proxying;

public sealed class FailureTableTests
{
    [Theory]
    [InlineData(nameof(ProxyFailure.QueueFull), 503, "connection_limit_reached", true)]
    [InlineData(nameof(ProxyFailure.WouldWaitTooLong), 503, "connection_limit_reached", true)]
    [InlineData(nameof(ProxyFailure.WaitedTooLong), 503, "connection_limit_reached", true)]
    [InlineData(nameof(ProxyFailure.BootTimedOut), 503, "destination_unavailable", true)]
    [InlineData(nameof(ProxyFailure.GroupClosed), 503, "destination_unavailable", true)]
    [InlineData(nameof(ProxyFailure.Disabled), 503, "destination_unavailable", true)]
    [InlineData(nameof(ProxyFailure.ConnectFailed), 502, "connection_refused", false)]
    [InlineData(nameof(ProxyFailure.WorkerDied), 502, "connection_terminated", false)]
    [InlineData(nameof(ProxyFailure.ClosedInHead), 502, "http_response_incomplete", false)]
    [InlineData(nameof(ProxyFailure.MalformedHead), 502, "http_protocol_error", false)]
    [InlineData(nameof(ProxyFailure.HeadTooLarge), 502, "http_response_header_section_size", false)]
    [InlineData(nameof(ProxyFailure.RequestDeadline), 504, "http_response_timeout", false)]
    [InlineData(nameof(ProxyFailure.BodyTooLarge), 413, "http_request_error", false)]
    [InlineData(nameof(ProxyFailure.ClientStalled), 408, "http_request_error", false)]
    [InlineData(nameof(ProxyFailure.ClientBroken), 400, "http_request_error", false)]
    [InlineData(nameof(ProxyFailure.ForwardingFailed), 502, "proxy_internal_error", false)]
    public void Every_failure_has_one_answer(string failure, int status, string error, bool hasRetryAfter)
    {
        var row = FailureTable.Row(Enum.Parse<ProxyFailure>(failure));
        Assert.Equal((status, error, hasRetryAfter), (row.Status, row.ProxyStatusError, row.HasRetryAfter));
        Assert.NotEmpty(row.Text);
    }

    [Fact]
    public void No_failure_lacks_an_answer() => Assert.All(Enum.GetValues<ProxyFailure>(), static failure => FailureTable.Row(failure));
}
