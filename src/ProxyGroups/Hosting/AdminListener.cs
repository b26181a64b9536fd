using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Hosting;

/// <summary>A Kestrel that serves the admin interface on one address; none of the app's endpoints and middleware runs in it.</summary>
internal sealed class AdminListener : IAsyncDisposable
{
    // Readers of events are told to go at once; nothing else takes long.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(10);

    // Never started: it only holds what Kestrel is made of. Started it would listen to signals, and stop before the apps do.
    private readonly WebApplication _parts;
    private readonly IServer _server;

    private AdminListener(WebApplication parts)
    {
        _parts = parts;
        _server = parts.Services.GetRequiredService<IServer>();
    }

    public string Address => _server.Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <param name="certificates">Kestrel's own section Certificates.</param>
    /// <exception cref="IOException">The address is taken, or the certificate cannot be read.</exception>
    public static async Task<AdminListener> StartAsync(Uri url, IConfiguration certificates, string contentRoot, AdminApplication application, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var listener = new AdminListener(Create(url, certificates, contentRoot, loggers));
        try
        {
            await listener._server.StartAsync(application, cancellationToken);
            return listener;
        }
        catch (Exception exception)
        {
            await listener.DisposeAsync();
            throw exception is InvalidOperationException or CryptographicException or UnauthorizedAccessException ? new IOException(exception.Message, exception) : exception;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopTimeout);
        await _server.StopAsync(patience.Token);
        await _parts.DisposeAsync();
    }

    private static WebApplication Create(Uri url, IConfiguration certificates, string contentRoot, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = contentRoot });
        var kestrelSettings = new ConfigurationBuilder()
            .AddInMemoryCollection(certificates.AsEnumerable(makePathsRelative: true).Select(static pair => KeyValuePair.Create($"Certificates:{pair.Key}", pair.Value)))
            .AddInMemoryCollection([new("Endpoints:Admin:Url", $"{url.Scheme}://{url.Host}:{url.Port}"), new("Endpoints:Admin:Protocols", "Http1")])
            .Build();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            AdminServer.Bound(kestrel);
            kestrel.Limits.RequestHeadersTimeout = HeadTimeout;
            // A certificate that is renewed in its place is taken.
            kestrel.Configure(kestrelSettings, reloadOnChange: true);
        });
        builder.Services.AddSingleton(loggers);
        return builder.Build();
    }
}
