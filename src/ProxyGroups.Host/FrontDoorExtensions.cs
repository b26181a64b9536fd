using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
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

    /// <summary>Authorization for routes with a policy alone. ASP.NET Core adds it for all where its services are, as YARP's are, and it makes five objects for each request.</summary>
    public static void UseAuthorizationWhereAsked(this WebApplication app)
    {
        // What WebApplicationBuilder looks for before it adds its own. A policy that is overlooked all the same is refused by the endpoint's middleware.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        app.UseWhen(static context => context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is not null, static branch => branch.UseAuthorization());
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
