using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Admin;

namespace ProxyGroups.Host;

/// <summary>SIGHUP reads the settings anew and restarts every group. When the terminal that we were started from is gone, it means what it says: hang up.</summary>
internal sealed partial class ReloadSignal : IDisposable
{
    private readonly WebApplication _app;
    private readonly PosixSignalRegistration _registration;
    private readonly bool _hadTerminal = HasTerminal();

    public ReloadSignal(WebApplication app)
    {
        _app = app;
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    public void Dispose() => _registration.Dispose();

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_hadTerminal && !HasTerminal())
        {
            _app.Lifetime.StopApplication();
            return;
        }

        if (_app.Services.GetRequiredService<IProcessGroups>().Reload() is { Refusal: { } refusal })
        {
            LogRefused(_app.Logger, refusal);
        }
    }

    [LoggerMessage(100, LogLevel.Error, "SIGHUP: {Refusal}")]
    private static partial void LogRefused(ILogger logger, string refusal);

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
