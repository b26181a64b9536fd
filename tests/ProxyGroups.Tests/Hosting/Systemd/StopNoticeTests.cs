using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Hosting.Systemd;

namespace ProxyGroups.Tests.Hosting.Systemd;

public sealed class StopNoticeTests
{
    [Fact]
    public async Task A_connection_hears_of_a_stop_when_a_request_under_way_to_it_has_come()
    {
        var time = new FakeTimeProvider();
        using var kestrels = new Lifetime();
        var (connection, served) = (new DefaultConnectionContext(), new TaskCompletionSource());
        connection.Features.Set<IConnectionLifetimeNotificationFeature>(kestrels);
        CancellationToken seen = default;
        var serving = StopNotice.Postpone(
            one =>
            {
                seen = one.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested;
                return served.Task;
            },
            time)(connection);
        kestrels.RequestClose();
        time.Advance(StopNotice.Delay - TimeSpan.FromMilliseconds(1));
        Assert.False(seen.IsCancellationRequested);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(seen.IsCancellationRequested);
        served.SetResult();
        await serving;
    }

    [Fact]
    public async Task A_connection_that_ends_before_needs_no_notice()
    {
        var time = new FakeTimeProvider();
        using var kestrels = new Lifetime();
        var connection = new DefaultConnectionContext();
        connection.Features.Set<IConnectionLifetimeNotificationFeature>(kestrels);
        await StopNotice.Postpone(static _ => Task.CompletedTask, time)(connection);
        kestrels.RequestClose();
        time.Advance(StopNotice.Delay);
        Assert.True(kestrels.ConnectionClosedRequested.IsCancellationRequested);
    }

    private sealed class Lifetime : IConnectionLifetimeNotificationFeature, IDisposable
    {
        private readonly CancellationTokenSource _closing = new();

        public Lifetime() => ConnectionClosedRequested = _closing.Token;

        public CancellationToken ConnectionClosedRequested { get; set; }

        public void RequestClose() => _closing.Cancel();

        public void Dispose() => _closing.Dispose();
    }
}
