using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;

namespace ProxyGroups.Host;

/// <summary>Puts the front door together from what any customer could use: the library's extension methods.</summary>
internal static class FrontDoor
{
    /// <exception cref="SettingsException">The settings are wrong; the message lists every error.</exception>
    /// <param name="logs">False: what is told on the way is not for the log on standard output.</param>
    public static WebApplication Build(FrontDoorPlace place, bool logs = true)
    {
        place.Require();
        place.RequireSaneLayers();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = place.ContentRoot,
            ApplicationName = "proxygroups",
            // SettingsFolder looks at them instead.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        if (!logs)
        {
            builder.Logging.ClearProviders();
        }

        FrontDoorConfiguration.Arrange(builder.Configuration, place, FrontDoorConfiguration.AreFilesWatched());
        var settings = FrontDoorSettings.Read(builder.Configuration);
        builder.AddProxyGroups();
        if (settings.SocketLoops)
        {
            builder.Services.AddSocketLoops();
        }

        builder.AddSystemd();
        FrontDoorConfiguration.AddDefaultAddress(builder.Configuration);
        builder.Services.AddHealthChecks().AddProxyGroups();
        builder.AddTelemetry(settings);
        builder.Services.AddTrustedProxies(settings);
        builder.Services.AddHostedService(static _ => new QuietMemory(TimeProvider.System));
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.Configure(new ConfigurationRoot([new SteadyKestrel(context.Configuration)]), reloadOnChange: true);
            kestrel.AddServerHeader = false;
            // Header values are bytes to us: what an app or a client writes passes, ASCII or not.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        });

        var app = builder.Build();
        app.UseTrustedProxies(settings);
        app.UseAuthorizationWhereAsked();
        app.MapHealth(settings);
        app.MapMetrics(settings);
        app.MapProxyGroups();
        return app;
    }
}
