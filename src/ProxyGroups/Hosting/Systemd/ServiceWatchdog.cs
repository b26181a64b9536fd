using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>
/// The sign of life for WatchdogSec: given as long as the server answers a connection to its own first address. Without one the service manager
/// restarts us, so what is wrong is logged.
/// </summary>
internal sealed partial class ServiceWatchdog(TimeSpan period, ServiceNotifier notifier, IServer server, ILogger<ServiceWatchdog> logger, TimeProvider time) : BackgroundService
{
    // Without a host the server refuses it by itself (RFC 9112, 3.2), so no app hears of it; on a TLS address it ends the handshake.
    private static readonly byte[] Question = "GET / HTTP/1.1\r\n\r\n"u8.ToArray();

    // One late answer or two must not cost the front door its life.
    private readonly TimeSpan _interval = period / 4;

    /// <summary>How long the service manager waits for a sign of life; null: it does not.</summary>
    public static TimeSpan? PeriodFromEnvironment() =>
        Environment.GetEnvironmentVariable("WATCHDOG_PID") is var pid && (string.IsNullOrEmpty(pid) || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
        && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        do
        {
            if (await AnswersAsync(stoppingToken))
            {
                notifier.Beat();
            }
            else
            {
                LogSilence(_interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> AnswersAsync(CancellationToken stop)
    {
        if (FindAddress() is not { } address)
        {
            return true;
        }

        using var patience = new CancellationTokenSource(_interval, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, ends.Token);
            await socket.SendAsync(Question, ends.Token);
            await socket.ReceiveAsync(new byte[1], ends.Token);
            return true;
        }
        catch (SocketException)
        {
            // A refusal is an answer too: the server stops, or its addresses change with the settings.
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    // Null before the server listens.
    private EndPoint? FindAddress() =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } address ? ListenAddress.ToConnectTo(address) : null;

    [LoggerMessage(5000, LogLevel.Critical, "The server has not answered a connection of our own for {Seconds} s: the service manager gets no sign of life until it does, and may restart us", EventName = nameof(LogSilence))]
    private partial void LogSilence(double seconds);
}
