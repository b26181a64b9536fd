using ProxyGroups.Groups;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin.Api;

/// <summary>What the knobs of groups that run are set to, give and cost, and which one binds.</summary>
internal sealed class ExplainAnswers(AdminAccess access)
{
    public Task WriteAllAsync(AdminCall call) => WriteAsync(call, access.Visible(call.Caller));

    public Task WriteGroupAsync(AdminCall call) => access.Find(call.Caller, call.Value) is { } group
        ? WriteAsync(call, [group])
        : call.WriteAsync(access.NoGroup(call.Caller, call.Value));

    private static Task WriteAsync(AdminCall call, IReadOnlyList<ProcessGroup> groups)
    {
        var (machine, processes) = (MachineLoad.Read(), OperatingSystem.IsLinux() ? ProcessStat.ReadAll() : []);
        return call.WriteAsync(new ExplainAnswer(AdminApi.Version, [.. groups.Select(group => GroupExplainer.Explain(group.Name, group.State.Settings, group.Runtime.Kind, GroupLoad.Of(group, processes), machine))]));
    }
}
