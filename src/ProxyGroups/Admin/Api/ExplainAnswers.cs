using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin.Api;

/// <summary>What the knobs of groups that run are set to, give and cost, and which one binds.</summary>
internal sealed class ExplainAnswers(AdminAccess access, TimeProvider time)
{
    // Long enough for the clock ticks that CPU time is counted in, and no mean over what was before.
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(500);

    public Task WriteAllAsync(AdminCall call) => WriteAsync(call, access.Visible(call.Caller));

    public Task WriteGroupAsync(AdminCall call) => access.Find(call.Caller, call.Value) is { } group
        ? WriteAsync(call, [group])
        : call.WriteAsync(access.NoGroup(call.Caller, call.Value));

    private async Task WriteAsync(AdminCall call, IReadOnlyList<ProcessGroup> groups)
    {
        var (before, machineBefore) = (CpuReading.Take(), MachineTime.Take());
        await Task.Delay(Sample, time, call.Context.RequestAborted);
        var now = CpuReading.Take();
        var (machine, processes) = (MachineLoad.Read() with { Busy = MachineTime.Take()?.BusySince(machineBefore) }, OperatingSystem.IsLinux() ? ProcessStat.ReadAll() : []);
        await call.WriteAsync(new ExplainAnswer(AdminApi.Version, [.. groups.Select(group => GroupExplainer.Explain(group.Name, group.State.Settings, group.Runtime.Kind, GroupLoad.Of(group, processes, pid => now.Of(pid, before)), machine))]));
    }
}
