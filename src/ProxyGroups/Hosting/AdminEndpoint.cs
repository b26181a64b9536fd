using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProxyGroups.Admin.Api;
using ProxyGroups.Configuration;

namespace ProxyGroups.Hosting;

/// <summary>Serves the admin interface on an address where the settings ask for it, follows them, and takes the token anew with each reload.</summary>
internal sealed class AdminEndpoint(SettingsStore settings, AdminApi api, IHostEnvironment environment, TimeProvider time, ILoggerFactory loggers) : IHostedLifecycleService, IAsyncDisposable
{
    private const string CertificatesSection = "Kestrel:Certificates";

    private readonly ILogger _logger = loggers.CreateLogger(AdminLog.Category);
    private readonly SemaphoreSlim _applying = new(1);
    private AdminListener? _listener;
    private TokenEntrance? _entrance;
    private string? _url;
    private bool _isStopped;

    /// <summary>Where it listens; null: nowhere.</summary>
    public string? Address => _listener?.Address;

    /// <summary>What only this machine can tell: whether there is a token and a certificate.</summary>
    public static IEnumerable<SettingsError> Check(ProxyGroupsSettings settings, IConfiguration configuration, string contentRoot)
    {
        if (!settings.Enabled || settings.AdminEndpoint is not { Url: { } url, TokenFile: { } file })
        {
            yield break;
        }

        if (!OperatingSystem.IsLinux())
        {
            yield return new($"{SettingsReader.Section}:AdminEndpoint:Url", url, "needs Linux, as the admin socket does", "Remove it.");
        }
        else if (FindFault(Path.GetFullPath(file, contentRoot)) is { } fault)
        {
            yield return new($"{SettingsReader.Section}:AdminEndpoint:TokenFile", file, $"cannot be used: {fault.TrimEnd('.')}", "Make it with \"(umask 077; openssl rand -hex 32 > FILE)\", as root or the front door's user.");
        }

        if (AdminEndpointRules.AddressOf(url)?.Scheme == Uri.UriSchemeHttps && !configuration.GetSection($"{CertificatesSection}:Default").Exists())
        {
            yield return new($"{SettingsReader.Section}:AdminEndpoint:Url", url, "has no certificate", $"Write \"Kestrel\": {{ \"Certificates\": {{ \"Default\": {{ \"Path\": ..., \"KeyPath\": ... }} }} }}, or keep to \"http://127.0.0.1:...\".");
        }
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (settings.Current.Settings.Enabled && OperatingSystem.IsLinux())
        {
            settings.Confirmed += OnConfirmed;
            await ApplyAsync(settings.Current.Settings.AdminEndpoint);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        settings.Confirmed -= OnConfirmed;
        await _applying.WaitAsync(cancellationToken);
        try
        {
            _isStopped = true;
            await CloseAsync();
        }
        finally
        {
            _applying.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _applying.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string? FindFault(string file)
    {
        try
        {
            AdminToken.Read(file).Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private void OnConfirmed() => _ = ApplyAsync(settings.Current.Settings.AdminEndpoint);

    private async Task ApplyAsync(AdminEndpointSettings wanted)
    {
        await _applying.WaitAsync();
        try
        {
            if (!_isStopped)
            {
                await FollowAsync(wanted);
            }
        }
        // The apps matter more than their admin interface. Settings that cannot be right were refused before.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.CannotListenAt(wanted.Url!, exception.Message);
        }
        finally
        {
            _applying.Release();
        }
    }

    private async Task FollowAsync(AdminEndpointSettings wanted)
    {
        if (_listener is not null && wanted.Url != _url)
        {
            _logger.ListensNoMore(_listener.Address);
            await CloseAsync();
        }

        if (AdminEndpointRules.AddressOf(wanted.Url) is not { } url)
        {
            return;
        }

        var token = AdminToken.Read(Path.GetFullPath(wanted.TokenFile!, environment.ContentRootPath));
        if (_listener is not null)
        {
            _entrance!.Take(token);
            return;
        }

        (_url, _entrance) = (wanted.Url, new TokenEntrance(url.Host, token, time, _logger));
        _listener = await AdminListener.StartAsync(url, settings.Configuration.GetSection(CertificatesSection), environment.ContentRootPath, new AdminApplication(api, _entrance), loggers, CancellationToken.None);
        _logger.ListensAt(_listener.Address, wanted.TokenFile!);
    }

    private async Task CloseAsync()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            await listener.DisposeAsync();
        }
    }
}
