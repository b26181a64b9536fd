namespace ProxyGroups.Groups;

/// <summary>The one table that says in a few words how a group is.</summary>
internal static class GroupCondition
{
    public static string Of(GroupState state) => state switch
    {
        { Phase: GroupPhase.Stopping } => "stopping",
        { Phase: GroupPhase.Stopped } => "stopped",
        { IsClosed: true } => "failing",
        { IsIdle: true } => "idle",
        { HasReadyWorker: false, LacksRoom: true } => "waiting for room",
        { HasReadyWorker: false } => "starting",
        { IsCrashLooping: true } => "its workers keep ending",
        { Failures: > 0 } when RollPlan.IsRolling(state) => OfService(state) + ", the new generation does not start",
        { Failures: > 0 } => OfService(state) + ", new starts fail",
        _ when RollPlan.IsRolling(state) => OfService(state) + ", restarting",
        _ => OfService(state),
    };

    private static string OfService(GroupState state) => state.Settings.Serves ? "serving" : "running";
}
