using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProxyGroups.Admin;

namespace ProxyGroups.Hosting;

/// <summary>SIGHUP reads the settings anew and restarts every group. When the terminal that we were started from is gone, it means what it says: hang up.</summary>
internal sealed partial class ReloadSignal(IProcessGroups groups, IHostApplicationLifetime lifetime, ILogger<ReloadSignal> logger) : IHostedService, IDisposable
{
    private readonly bool _hadTerminal = HasTerminal();
    private PosixSignalRegistration? _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registration?.Dispose();

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_hadTerminal && !HasTerminal())
        {
            lifetime.StopApplication();
        }
        else if (lifetime.ApplicationStarted.IsCancellationRequested && groups.Reload() is { Refusal: { } refusal })
        {
            LogRefused(refusal);
        }
    }

    [LoggerMessage(100, LogLevel.Error, "SIGHUP: {Refusal}")]
    private partial void LogRefused(string refusal);

    // Without a controlling terminal this cannot be opened (tty(4)).
    private static bool HasTerminal()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
