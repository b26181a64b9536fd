using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Groups;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ProxyGroups.Proxying;

/// <summary>Adds, after a route's own transforms, what every request to a process group needs.</summary>
internal sealed class GroupTransformProvider(IServiceProvider services, DirectRoutes routes) : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        // Asked for late: settings are validated through this provider before there is a registry.
        if (!services.GetRequiredService<ProcessGroupRegistry>().IsGroup(context.Route.ClusterId))
        {
            return;
        }

        context.UseDefaultForwarders = false;
        context.RequestTransforms.Insert(0, new ClientHeaderFilter());
        context.AddOriginalHost(useOriginal: true);
        var removesPrefix = context.Route.Transforms?.Any(static transform => transform.ContainsKey("PathRemovePrefix")) ?? false;
        context.RequestTransforms.Add(new GroupRequestTransform(removesPrefix));
        routes.Note(context);
    }
}
