using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>
/// Tells each connection of a stop a little later than Kestrel does. Kestrel closes a connection on which no request has begun, also one whose request lies
/// unread in the kernel: of those who had just connected some would be lost, although the socket is held open for all who come later.
/// </summary>
internal static class StopNotice
{
    /// <summary>As long as a request may need from the client to us once its connection is accepted.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    public static ConnectionDelegate Postpone(ConnectionDelegate next, TimeProvider time) => async connection =>
    {
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is not { } kestrels)
        {
            await next(connection);
            return;
        }

        using var postponed = new CancellationTokenSource();
        await using var alarm = time.CreateTimer(static postponed => ((CancellationTokenSource)postponed!).Cancel(), postponed, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stop = kestrels.ConnectionClosedRequested.Register(() => alarm.Change(Delay, Timeout.InfiniteTimeSpan));
        connection.Features.Set<IConnectionLifetimeNotificationFeature>(new Postponed(kestrels, postponed.Token));
        await next(connection);
    };

    private sealed class Postponed(IConnectionLifetimeNotificationFeature kestrels, CancellationToken stop) : IConnectionLifetimeNotificationFeature
    {
        public CancellationToken ConnectionClosedRequested { get; set; } = stop;

        public void RequestClose() => kestrels.RequestClose();
    }
}
