using Microsoft.AspNetCore.Http;
using ProxyGroups.Groups;

namespace ProxyGroups.Proxying;

/// <summary>Takes the requests whose route leads to a process group; every other cluster goes on through YARP's own pipeline.</summary>
internal sealed class ProcessGroupMiddleware(RequestDelegate next, ProcessGroupRegistry groups, GroupForwarder forwarder)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<PipelineProbe>() is { } probe)
        {
            probe.HasReachedGroups = true;
            return Task.CompletedTask;
        }

        var proxy = context.GetReverseProxyFeature();
        return groups.Find(proxy.Cluster.Config.ClusterId) is { } group
            ? forwarder.ForwardAsync(context, proxy.Route, group)
            : groups.IsGroup(proxy.Cluster.Config.ClusterId)
                ? forwarder.RefuseAsync(context, ProxyFailure.Disabled)
                : next(context);
    }
}
