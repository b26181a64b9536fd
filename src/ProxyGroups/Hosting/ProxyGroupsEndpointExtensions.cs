using Microsoft.AspNetCore.Routing;
using ProxyGroups.Hosting;
using ProxyGroups.Proxying;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts process groups into an app's request path.</summary>
public static class ProxyGroupsEndpointExtensions
{
    /// <summary>
    /// Maps all YARP routes, with process groups in front of YARP's own pipeline. Takes the place of <c>MapReverseProxy</c>, which an app can have once.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <returns>A builder of conventions for all routes.</returns>
    /// <exception cref="InvalidOperationException">MapReverseProxy was called before, or AddProxyGroups was not.</exception>
    public static ReverseProxyConventionBuilder MapProxyGroups(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        DropInChecks.BeforeMap(endpoints);
        endpoints.MapOverview();
        return endpoints.MapReverseProxy(static proxy =>
        {
            proxy.UseProxyGroups();
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
    }

    /// <summary>Adds process groups to an own YARP pipeline: <c>MapReverseProxy(proxy => { proxy.UseProxyGroups(); ... })</c>. Put it first.</summary>
    /// <param name="proxy">The pipeline.</param>
    /// <returns>The same pipeline.</returns>
    public static IReverseProxyApplicationBuilder UseProxyGroups(this IReverseProxyApplicationBuilder proxy)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        proxy.UseMiddleware<ProcessGroupMiddleware>();
        return proxy;
    }
}
