using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace ProxyGroups.Host;

/// <summary>The parts of the front door that ASP.NET Core brings.</summary>
internal static class FrontDoorExtensions
{
    public static void AddTrustedProxies(this IServiceCollection services, FrontDoorSettings settings) =>
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in settings.TrustedProxies)
            {
                options.KnownIPNetworks.Add(network);
            }
        });

    public static void UseTrustedProxies(this WebApplication app, FrontDoorSettings settings)
    {
        if (settings.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    public static void MapHealth(this WebApplication app, FrontDoorSettings settings)
    {
        if (settings.Live is { } live)
        {
            app.MapHealthChecks(live, new HealthCheckOptions { Predicate = static _ => false });
        }

        if (settings.Ready is { } ready)
        {
            app.MapHealthChecks(ready, new HealthCheckOptions
            {
                ResultStatusCodes = { [Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded] = 503 },
            });
        }
    }
}
