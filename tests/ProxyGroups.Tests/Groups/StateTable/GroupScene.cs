using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.StateTable;

/// <summary>
/// The states that a group of one worker can be in, each reached as the loop would reach it. Worker 1 is the one that events speak of.
/// One slot, one worker and at most two, Startup and Drain 60 s, Stop 10 s, Idle 300 s, a sign of life every 30 s.
/// </summary>
internal sealed record GroupScene(string Name, Func<PlannerScript> Build)
{
    private static readonly GroupEvent Restart = new GroupEvent.RestartRequested(WorkerReason.RestartAsked);

    public static IReadOnlyList<GroupScene> All { get; } =
    [
        new("Idle: Processes is 0, and nobody has asked", static () => New(processes: 0).Start()),
        new("Waiting: 1 waits for its place to boot", static () => New().Start()),
        new("Lacking: 1 finds no room below the caps", static () => New().Start().LacksRoom(1)),
        new("OnDemand: Processes is 0, and 1 serves", static () => New(processes: 0).Start().On(new GroupEvent.DemandRose()).Measured(waiting: 1).Boot(1).After(10)),
        new("Booting", static () => New().Start().Granted(1).Spawned(1)),
        new("Failed: the start of 1 failed, and it is being killed", static () => New().Start().Granted(1).Spawned(1).StartFailed(1)),
        new("Backoff: 1 is gone after its start failed", static () => New().Start().Fail(1)),
        new("Closed: nobody is ready after two failed starts", static () => New().Start().Fail(1).After(1).Tick().Fail(2)),
        new("Serving", static () => Serving()),
        new("Suspect: a connection to 1 broke", static () => Serving().On(new GroupEvent.WorkerSuspected(1, Epoch: 1))),
        new("Replaced: a request of 1 passed its deadline, its successor 2 boots", static () => Serving().On(new GroupEvent.RequestDeadlinePassed(1)).Granted(2).Spawned(2)),
        new("Spent: 1 is to be recycled, whether its successor fits beside it is being looked at", static () => Serving().On(new GroupEvent.RequestsSpent(1, Leases: long.MaxValue))),
        new("InPlace: 1 drains, and its successor is to start when it is gone", static () => Serving().On(new GroupEvent.RequestsSpent(1, Leases: long.MaxValue)).On(new GroupEvent.Weighed(1, HasRoom: false))),
        new("Preparing: 1 serves while generation 2 is prepared", static () => Serving().On(Restart)),
        new("Unprepared: the preparation of generation 2 failed, 1 serves", static () => Serving().On(Restart).On(Failed(2))),
        new("Rolling: 1 serves while 2, of generation 2, boots", static () => Rolling()),
        new("Heir: 2 finds no room, 1 drains for it", static () => Serving().On(Restart).On(new GroupEvent.Prepared(2, null)).LacksRoom(2)),
        new("Draining: 2 has taken over from 1", static () => Rolling().Ready(2).After(10)),
        new("Silent: 1 drains because it gave no sign of life, 2 boots", static () => Serving().After(30).Tick().On(new GroupEvent.WatchdogChecked(1, TimeSpan.FromSeconds(30))).Granted(2)),
        new("Stopping: 1 has drained and was asked to end, 2 serves", static () => Rolling().Ready(2).After(10).On(new GroupEvent.WorkerDrained(1))),
        new("Killed: 1 did not end and was killed, 2 serves", static () => Rolling().Ready(2).After(10).On(new GroupEvent.WorkerDrained(1)).After(10).Tick()),
        new("Holding: stopped by command, 1 drains", static () => Serving().On(new GroupEvent.HoldRequested())),
        new("Stopped by command, nothing runs", static () => Serving().On(new GroupEvent.HoldRequested()).On(new GroupEvent.WorkerDrained(1)).Exited(1)),
        new("Removing: the group goes, 1 drains", static () => Serving().On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved))),
        new("Forced: the front door is forced to end, 1 is killed", static () => Serving().On(new GroupEvent.KillRequested()).Tick().Tick()),
        new("Finished", static () => Serving().On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved)).On(new GroupEvent.WorkerDrained(1)).Exited(1)),
    ];

    public static ProcessGroupSettings Settings(int processes = 1) => new()
    {
        Processes = processes,
        MaxProcesses = 2,
        Threads = 1,
        Recycle = new RecycleSettings { MaxRequests = 1000, WorkerMemory = 100 << 20 },
    };

    public static GroupEvent Failed(int generation) =>
        new GroupEvent.Prepared(generation, new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero));

    private static PlannerScript New(int processes = 1) => new(Settings(processes)) { Watchdog = TimeSpan.FromSeconds(30) };

    private static PlannerScript Serving() => New().Start().Boot(1).After(10);

    private static PlannerScript Rolling() => Serving().On(Restart).On(new GroupEvent.Prepared(2, null)).Granted(2).Spawned(2);
}
