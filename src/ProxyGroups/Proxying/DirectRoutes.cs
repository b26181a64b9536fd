using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ProxyGroups.Proxying;

/// <summary>What YARP has built for each route that leads to a process group. Any thread; a route that YARP has dropped is forgotten.</summary>
internal sealed class DirectRoutes
{
    private readonly ConditionalWeakTable<RouteConfig, DirectRoute> _routes = [];

    /// <summary>While the transforms are being built: others may still add theirs.</summary>
    public void Note(TransformBuilderContext transforms) => _routes.AddOrUpdate(transforms.Route, new DirectRoute(transforms));

    /// <summary>The route if its requests may go direct; else null.</summary>
    public DirectRoute? Find(RouteConfig route) => _routes.TryGetValue(route, out var found) && found.IsDirect ? found : null;
}
