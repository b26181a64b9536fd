using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Groups;
using ProxyGroups.Proxying;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Hosting;

/// <summary>YARP's traps for an app that adds process groups, each turned into a message that names the way out.</summary>
internal static class DropInChecks
{
    private const string ProxyDataSource = "Yarp.ReverseProxy.Management.ProxyConfigManager";

    /// <exception cref="InvalidOperationException">The app is put together in a way that cannot work.</exception>
    public static void BeforeMap(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        if (!services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(ProcessGroupRegistry)))
        {
            throw new InvalidOperationException("MapProxyGroups needs builder.AddProxyGroups() before builder.Build().");
        }

        // First of all: the settings cannot even be checked with two YARPs.
        var policies = services.GetServices<IActiveHealthCheckPolicy>().Select(static policy => policy.Name);
        if (policies.GroupBy(static name => name).Any(static same => same.Count() > 1))
        {
            throw new InvalidOperationException(
                "AddReverseProxy was called again after AddProxyGroups, which had called it already; YARP cannot be added twice. "
                + "Call AddReverseProxy first and AddProxyGroups after it, or only AddProxyGroups.");
        }

        if (endpoints.DataSources.Any(static source => source.GetType().FullName == ProxyDataSource))
        {
            throw new InvalidOperationException(
                "MapReverseProxy was called before MapProxyGroups, and an app has only one YARP pipeline. "
                + "Remove MapReverseProxy (MapProxyGroups serves the other clusters too), or keep it and call proxy.UseProxyGroups() in its pipeline instead of MapProxyGroups.");
        }

        RefuseRoutesReadTwice(services.GetServices<IProxyConfigProvider>());
    }

    private static void RefuseRoutesReadTwice(IEnumerable<IProxyConfigProvider> providers)
    {
        var twice = providers.SelectMany(static provider => provider.GetConfig().Routes)
            .GroupBy(static route => route.RouteId, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(static same => same.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException(
                $"Route '{twice.Key}' comes twice. AddProxyGroups reads the section ReverseProxy itself, routes and clusters: "
                + "remove LoadFromConfig for that section, or keep your own routes in another one.");
        }
    }

    /// <summary>
    /// Sends a made-up request through the route of a group: a later MapReverseProxy replaces the whole pipeline and says nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">YARP's pipeline does not lead to the process groups.</exception>
    public static async Task ProbePipelineAsync(EndpointDataSource endpoints, ProcessGroupRegistry groups, IServiceProvider services)
    {
        var endpoint = endpoints.Endpoints.FirstOrDefault(endpoint =>
            endpoint.Metadata.GetMetadata<RouteModel>() is { } route && groups.IsGroup(route.Config.ClusterId));
        if (endpoint?.RequestDelegate is not { } pipeline)
        {
            return;
        }

        var probe = new PipelineProbe();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Features.Set(probe);
        context.Features.Set<IHttpRequestTimeoutFeature>(probe);
        context.SetEndpoint(endpoint);
        await pipeline(context);
        if (!probe.HasReachedGroups)
        {
            throw new InvalidOperationException(
                "YARP's pipeline does not lead to the process groups: MapReverseProxy was called after MapProxyGroups and took its place, or its own pipeline lacks "
                + "proxy.UseProxyGroups(). Keep one of the two calls.");
        }
    }
}
