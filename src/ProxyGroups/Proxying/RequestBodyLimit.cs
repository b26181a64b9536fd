using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyGroups.Configuration;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Proxying;

/// <summary>The largest body a request may have: the route's own limit, else the group's.</summary>
internal static class RequestBodyLimit
{
    /// <summary>Sets the limit for whoever reads the body; false: its announced length is over it already.</summary>
    public static bool Apply(HttpContext context, RouteModel route, ProcessGroupSettings settings)
    {
        var limit = route.Config.MaxRequestBodySize is { } own ? (own < 0 ? null : own) : settings.MaxRequestBody;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }

        return !(context.Request.ContentLength > limit);
    }
}
