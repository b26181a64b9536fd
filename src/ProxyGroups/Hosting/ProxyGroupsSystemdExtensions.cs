using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;
using ProxyGroups.Hosting;
using ProxyGroups.Hosting.Systemd;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs an app with process groups as a service of systemd.</summary>
public static class ProxyGroupsSystemdExtensions
{
    private const string Formatter = "Logging:Console:FormatterName";

    private static readonly string[] Addresses = ["urls", "http_ports", "https_ports"];

    /// <summary>
    /// Tells systemd when the groups are ready, how they are, that a reload or stop runs, and for WatchdogSec that the app works;
    /// listens on the sockets that systemd passes; writes log priorities for the journal. What systemd does not ask for is left alone.
    /// SIGHUP reloads, with and without systemd. Takes the place of AddSystemd of Microsoft.Extensions.Hosting.Systemd.
    /// </summary>
    /// <param name="builder">The app's builder, after its configuration is arranged.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">A passed descriptor is no socket to take connections from.</exception>
    public static IHostApplicationBuilder AddSystemd(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<ReloadSignal>();
        if (Journal.IsOurOutput())
        {
            WritePriorities(builder);
        }

        if (PassedSockets.FromEnvironment() is { All.Count: > 0 } sockets)
        {
            Listen(builder, sockets);
        }

        if (ServiceNotifier.FromEnvironment() is { } notifier)
        {
            Report(builder.Services.AddSingleton(notifier));
        }

        return builder;
    }

    private static void WritePriorities(IHostApplicationBuilder builder)
    {
        if (builder.Configuration[Formatter] is null or ConsoleFormatterNames.Simple)
        {
            builder.Configuration[Formatter] = ConsoleFormatterNames.Systemd;
            // The journal has times of its own.
            builder.Services.PostConfigure<ConsoleFormatterOptions>(static options => options.TimestampFormat = null);
        }
    }

    private static void Listen(IHostApplicationBuilder builder, PassedSockets sockets)
    {
        var isAddressed = Addresses.Any(name => builder.Configuration[name] is not null) || builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!isAddressed)
        {
            builder.Configuration["urls"] = string.Join(';', sockets.All.Select(static socket => ListenAddress.UrlOf(socket.Address)));
        }

        // The last one that can bind an address is asked first.
        builder.Services.AddSingleton(sockets).AddSingleton<IConnectionListenerFactory, PassedSocketTransport>().AddHostedService<PassedSocketCheck>();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<TimeProvider>(static (kestrel, time) =>
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => StopNotice.Postpone(next, time))));
    }

    private static void Report(IServiceCollection services)
    {
        services.AddHostedService<ServiceReporter>();
        if (ServiceWatchdog.PeriodFromEnvironment() is { } period)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ServiceWatchdog>(provider, period));
        }
    }
}
