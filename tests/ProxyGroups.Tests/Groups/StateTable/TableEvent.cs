using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.StateTable;

/// <summary>The rows of the table: each event of the family, and of some of them the kinds that matter.</summary>
internal sealed record TableEvent(string Name, Func<PlannerScript, GroupEvent> Build)
{
    private const long OverLimit = 101 << 20;

    private static readonly WorkerIdentity One = new("shop", 1, 0, 1);

    public static IReadOnlyList<TableEvent> All { get; } =
    [
        new("Started", static _ => new GroupEvent.Started()),
        new("Prepared", static script => new GroupEvent.Prepared(script.State.Generation, null)),
        new("PreparationFailed", static script => GroupScene.Failed(script.State.Generation)),
        new("RoomLacking", static _ => new GroupEvent.RoomChanged(1, IsLacking: true)),
        new("RoomFound", static _ => new GroupEvent.RoomChanged(1, IsLacking: false)),
        new("YieldAsked", static _ => new GroupEvent.YieldAsked(1)),
        new("BootGranted", static _ => new GroupEvent.BootGranted(1)),
        new("Spawned", static _ => new GroupEvent.WorkerReported(new WorkerEvent.Spawned(One, 1001))),
        new("Ready", static script => new GroupEvent.WorkerReported(new WorkerEvent.Ready(One, script.Watchdog))),
        new("StartFailed", static _ => new GroupEvent.WorkerReported(new WorkerEvent.StartFailed(One, new SpawnFailure(SpawnStep.Launch, "it ended", [], "mend it", TimeSpan.Zero)))),
        new("Exited", static _ => new GroupEvent.WorkerReported(new WorkerEvent.Exited(One, new WorkerExit(1), []))),
        new("ExitedOutOfMemory", static _ => new GroupEvent.WorkerReported(new WorkerEvent.Exited(One, new WorkerExit(137, "killed by the kernel"), []))),
        new("WorkerDrained", static _ => new GroupEvent.WorkerDrained(1)),
        new("WorkerSuspected", static _ => new GroupEvent.WorkerSuspected(1, Epoch: 2)),
        new("RequestDeadlinePassed", static _ => new GroupEvent.RequestDeadlinePassed(1)),
        new("ResponseFellSilent", static _ => new GroupEvent.ResponseFellSilent(1)),
        new("RequestsSpent", static _ => new GroupEvent.RequestsSpent(1, Leases: long.MaxValue)),
        new("MemorySampled", static _ => new GroupEvent.MemorySampled(1, OverLimit)),
        new("MemoryKilled", static _ => new GroupEvent.MemoryKilled(1, new MemoryKill(1, "killed by the kernel"))),
        new("WeighedWithRoom", static _ => new GroupEvent.Weighed(1, HasRoom: true)),
        new("WeighedWithoutRoom", static _ => new GroupEvent.Weighed(1, HasRoom: false)),
        new("WatchdogHeard", static _ => new GroupEvent.WatchdogChecked(1, TimeSpan.FromSeconds(1))),
        new("WatchdogSilent", static _ => new GroupEvent.WatchdogChecked(1, TimeSpan.FromSeconds(30))),
        new("DrainRequested", static _ => new GroupEvent.DrainRequested(1)),
        new("RecycleRequested", static _ => new GroupEvent.RecycleRequested(1)),
        new("DemandRose", static _ => new GroupEvent.DemandRose()),
        new("DemandMeasuredWaiting", static script => Measured(script, waiting: 2)),
        new("DemandMeasuredIdle", static script => Measured(script, waiting: 0)),
        new("SettingsChanged", static script => new GroupEvent.SettingsChanged(script.State.Settings with { Directory = "next" })),
        new("SettingsAdapted", static script => new GroupEvent.SettingsAdapted(script.State.Settings with { Threads = 3 })),
        new("RestartRequested", static _ => new GroupEvent.RestartRequested(WorkerReason.RestartAsked)),
        new("HoldRequested", static _ => new GroupEvent.HoldRequested()),
        new("StartRequested", static _ => new GroupEvent.StartRequested()),
        new("StopRequested", static _ => new GroupEvent.StopRequested(WorkerReason.FrontDoorStopping)),
        new("DrainTimePassed", static _ => new GroupEvent.DrainTimePassed()),
        new("KillRequested", static _ => new GroupEvent.KillRequested()),
        new("WakeUp", static _ => new GroupEvent.WakeUp()),
    ];

    /// <summary>Lets it happen: at once, but a wake-up when the planner asked for it.</summary>
    public PlannerScript Play(PlannerScript script)
    {
        var happened = Build(script);
        var wait = happened is GroupEvent.WakeUp && script.WakeUp is { } at ? at - script.Now : TimeSpan.Zero;
        return script.After(wait.TotalSeconds).On(happened);
    }

    private static GroupEvent.DemandMeasured Measured(PlannerScript script, int waiting) => new(new GroupDemand(
        Busy: 0, waiting, TimeSpan.FromSeconds(waiting), script.State.Workers.ToDictionary(static worker => worker.Id, static _ => TimeSpan.FromSeconds(300))));
}
