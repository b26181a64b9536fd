using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProxyGroups.Admin.Api;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Hosting;

/// <summary>
/// Serves the admin interface on its Unix socket by a Kestrel of its own: none of the app's endpoints leads here, and none of the app's
/// middleware runs. It begins after the groups have started and ends after they have stopped, so that a stop can be watched.
/// </summary>
internal sealed class AdminServer(ProxyGroupsService service, SettingsStore settings, AdminApi api, History history, KeptLines lines, TimeProvider time, ILoggerFactory loggers)
    : IHostedLifecycleService, IDisposable
{
    private const int MaxConnections = 100;

    // Readers of events are told to go at once; nothing else takes long.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    // Workers that start need the cores first.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    private const int WarmRounds = 3;

    private readonly CancellationTokenSource _ending = new();
    private readonly ILogger _logger = loggers.CreateLogger(AdminLog.Category);
    private readonly SemaphoreSlim _starting = new(1);
    private KestrelServer? _server;
    private RuntimeDirectory? _directory;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (settings.Current.Settings is { Enabled: true, Admin: true } && OperatingSystem.IsLinux())
        {
            settings.Changed += OnChanged;
            settings.Rejected += OnRejected;
            await ListenAsync(cancellationToken);
            _ = WarmAsync();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        settings.Changed -= OnChanged;
        settings.Rejected -= OnRejected;
        history.Close();
        lines.Close();
        if (_server is not null)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(StopTimeout);
            await _server.StopAsync(patience.Token);
            _directory!.RemoveAdminSocket();
        }
    }

    public void Dispose()
    {
        _server?.Dispose();
        _starting.Dispose();
        _ending.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // An app without groups has no runtime directory; its first group may come by a reload.
    private void OnChanged(SettingsSnapshot taken)
    {
        history.Add(new HistoryEntry(HistoryKind.Reload, $"settings taken: revision {taken.Revision}, {taken.Settings.ProcessGroups.Count} process groups"));
        _ = ListenAsync(CancellationToken.None);
    }

    private void OnRejected(IReadOnlyList<SettingsError> errors) =>
        history.Add(new HistoryEntry(HistoryKind.Reload, $"settings refused, what runs keeps running. {SettingsException.Describe(errors)}"));

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_server is null && service.Directory is { } directory && OperatingSystem.IsLinux())
            {
                directory.RemoveAdminSocket();
                _server = Create(directory.AdminSocketPath);
                await _server.StartAsync(new AdminApplication(api, new SocketEntrance()), cancellationToken);
                directory.OpenAdminSocketToUsers();
                _directory = directory;
                Tell(directory);
            }
        }
        // The apps matter more than their admin interface.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.CannotListen(service.Directory!.AdminSocketPath, exception.Message);
        }
        finally
        {
            _starting.Release();
        }
    }

    // Once more where workers have come since: very many take a while to start.
    private async Task WarmAsync()
    {
        try
        {
            for (var round = 1; round <= WarmRounds; round++)
            {
                await Task.Delay(round * Settled, time, _ending.Token);
                if (_directory?.AdminSocketPath is { } socket)
                {
                    var begun = time.GetTimestamp();
                    var answer = await FirstStatus.AskAsync(socket, _ending.Token);
                    api.Outdate();
                    _logger.AskedItself(answer, time.GetElapsedTime(begun).TotalMilliseconds);
                }
            }
        }
        // Whatever goes wrong there, the first call meets and tells it.
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private void Tell(RuntimeDirectory directory)
    {
        if (directory.Neighbour is { } neighbour)
        {
            _logger.ListensBeside(neighbour, directory.AdminSocketPath);
        }
        else
        {
            _logger.Listens(directory.AdminSocketPath);
        }
    }

    /// <summary>What no caller may exceed, known or not.</summary>
    internal static void Bound(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = 0;
    }

    private KestrelServer Create(string socket)
    {
        var options = new KestrelServerOptions();
        Bound(options);
        options.ListenUnixSocket(socket, static listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(static next => connection =>
            {
                connection.Features.Set(IdentifyCaller(connection));
                return next(connection);
            });
        });
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        return new KestrelServer(Options.Create(options), transport, loggers);
    }

    private static AdminCaller? IdentifyCaller(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? AdminCaller.OfUser(PeerCredentials.Of(socket).User) : null;
}
