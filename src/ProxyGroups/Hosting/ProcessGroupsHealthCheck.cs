using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProxyGroups.Groups;

namespace ProxyGroups.Hosting;

/// <summary>
/// Healthy: every group has a ready worker, is idle and would start one, or was stopped by command. Degraded: some start.
/// Unhealthy: none serves, or one fails to start.
/// </summary>
internal sealed class ProcessGroupsHealthCheck(ProcessGroupRegistry groups) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = groups.All.Select(static group => group.State).Where(static state => state.Phase != GroupPhase.Stopped).ToList();
        var failing = states.Where(static state => state.IsClosed).Select(static state => state.Name).ToList();
        var starting = states.Where(static state => !state.HasReadyWorker && !state.IsClosed && !state.IsIdle).Select(static state => state.Name).ToList();
        var result = failing.Count > 0
            ? new HealthCheckResult(context.Registration.FailureStatus, "failing: " + string.Join(", ", failing))
            : starting.Count > 0
                ? HealthCheckResult.Degraded("starting: " + string.Join(", ", starting))
                : HealthCheckResult.Healthy($"{states.Count} process groups serve");
        return Task.FromResult(result);
    }
}
