using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProxyGroups.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health of the process groups for <c>MapHealthChecks</c>.</summary>
public static class ProxyGroupsHealthChecksExtensions
{
    /// <summary>Adds the check <c>process-groups</c>: healthy when every group has a ready worker, degraded while some start, failed when one cannot start.</summary>
    /// <param name="builder">What AddHealthChecks returned.</param>
    /// <param name="failureStatus">Reported when a group fails; default: unhealthy.</param>
    /// <param name="tags">Tags of the check; default: <c>ready</c>.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddProxyGroups(
        this IHealthChecksBuilder builder, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<ProcessGroupsHealthCheck>("process-groups", failureStatus, tags ?? ["ready"]);
    }
}
