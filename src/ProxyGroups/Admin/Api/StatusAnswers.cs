using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Admin.Api;

/// <summary>How the groups are.</summary>
internal sealed class StatusAnswers(AdminAccess access, ProcessGroupRegistry groups, History history, TimeProvider time)
{
    private static readonly string ServerVersion = typeof(StatusAnswers).Assembly.GetName().Version!.ToString(3);

    private readonly DateTimeOffset _started = time.GetUtcNow();

    public Task WriteAllAsync(AdminCall call) => WriteAsync(call, access.Visible(call.Caller));

    public void Outdate() => groups.OutdateUsage();

    private async Task WriteAsync(AdminCall call, IReadOnlyCollection<ProcessGroup> visible)
    {
        // First the id, then the state: who follows from there on may see an event twice, and misses none.
        var newest = history.Newest;
        var usage = await UsageAsync(call, visible);
        await call.WriteAsync(new StatusAnswer(
            AdminApi.Version, ServerVersion, Environment.ProcessId, _started, time.GetUtcNow(), newest, DurationBuckets.Bounds,
            ApplicationGroupSnapshot.Of(visible, usage), [.. visible.Select(group => GroupSnapshot.Of(group, usage))],
            call.Caller.MayAll ? LearnedSnapshot.Of(groups) : []));
    }

    public async Task WriteGroupAsync(AdminCall call)
    {
        if (access.Find(call.Caller, call.Value) is { } group)
        {
            var usage = await UsageAsync(call, [group]);
            await call.WriteAsync(new GroupAnswer(AdminApi.Version, DurationBuckets.Bounds, GroupSnapshot.Of(group, usage)));
        }
        else
        {
            await call.WriteAsync(access.NoGroup(call.Caller, call.Value));
        }
    }

    // An application group may have groups of others, too.
    private async Task<UsageReport> UsageAsync(AdminCall call, IReadOnlyCollection<ProcessGroup> visible)
    {
        var usage = await groups.LookAtUsageAsync(visible);
        return usage with { Preloaders = [.. usage.Preloaders.Where(preloader => AdminAccess.MaySee(call.Caller, preloader))] };
    }
}
