using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>Plays events to a group's reducer and planner by hand-set time, as the loop would, and keeps what was started.</summary>
internal sealed class PlannerScript
{
    private GroupPlan plan;

    public PlannerScript(int processes = 1, TimeoutSettings? timeouts = null, RecycleSettings? recycle = null, RestartSettings? restart = null)
        : this(new ProcessGroupSettings
        {
            Processes = processes,
            MaxProcesses = processes,
            Timeouts = timeouts ?? new TimeoutSettings(),
            Recycle = recycle ?? new RecycleSettings(),
            Restart = restart ?? new RestartSettings(),
        })
    {
    }

    public PlannerScript(ProcessGroupSettings settings)
    {
        plan = new GroupPlan(new GroupState { Name = "shop", Settings = settings, PreparedGeneration = 1 }, [], null);
    }

    /// <summary>Of workers that become ready.</summary>
    public TimeSpan? Watchdog { get; init; }

    public TimeSpan Now { get; private set; }

    public GroupState State => plan.State;

    public TimeSpan? WakeUp => plan.WakeUp;

    /// <summary>What the last event started.</summary>
    public IReadOnlyList<GroupAction> Started => plan.Actions;

    /// <summary>What of all this the group's history tells.</summary>
    public List<HistoryEntry> Told { get; } = [];

    public PlannerScript After(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public PlannerScript On(GroupEvent happened)
    {
        var before = State;
        plan = GroupPlanner.Plan(GroupReducer.Apply(State, happened, Now, jitter: 0.5), Now);
        Told.AddRange(StateChanges.Between(before, plan));
        return this;
    }

    public PlannerScript Start() => On(new GroupEvent.Started());

    public PlannerScript Tick() => On(new GroupEvent.WakeUp());

    /// <summary>Tells what runs and waits; workers that are not named were busy.</summary>
    public PlannerScript Measured(int busy = 0, int waiting = 0, double oldestWait = 0, params (int Worker, double Seconds)[] idle) => On(new GroupEvent.DemandMeasured(new GroupDemand(
        busy, waiting, TimeSpan.FromSeconds(oldestWait), State.Workers.ToDictionary(static worker => worker.Id, worker => TimeSpan.FromSeconds(idle.FirstOrDefault(one => one.Worker == worker.Id).Seconds)))));

    public PlannerScript Granted(int worker) => On(new GroupEvent.BootGranted(worker));

    public PlannerScript LacksRoom(int worker, bool isLacking = true) => On(new GroupEvent.RoomChanged(worker, isLacking));

    public PlannerScript Spawned(int worker) => On(new GroupEvent.WorkerReported(new WorkerEvent.Spawned(Identity(worker), 1000 + worker)));

    public PlannerScript Ready(int worker) => On(new GroupEvent.WorkerReported(new WorkerEvent.Ready(Identity(worker), Watchdog)));

    public PlannerScript Exited(int worker, int code = 0) => On(new GroupEvent.WorkerReported(new WorkerEvent.Exited(Identity(worker), new WorkerExit(code), [])));

    public PlannerScript StartFailed(int worker) => On(new GroupEvent.WorkerReported(new WorkerEvent.StartFailed(
        Identity(worker), new SpawnFailure(SpawnStep.Launch, "it ended", [], "mend it", TimeSpan.Zero))));

    /// <summary>Brings a worker from the decision to spawn it to ready.</summary>
    public PlannerScript Boot(params int[] workers)
    {
        foreach (var worker in workers)
        {
            Granted(worker).Spawned(worker).Ready(worker);
        }

        return this;
    }

    /// <summary>Ends workers that drain.</summary>
    public PlannerScript Gone(params int[] workers)
    {
        foreach (var worker in workers)
        {
            On(new GroupEvent.WorkerDrained(worker)).Exited(worker);
        }

        return this;
    }

    /// <summary>Lets starts fail, each with a process that ends.</summary>
    public PlannerScript Fail(params int[] workers)
    {
        foreach (var worker in workers)
        {
            Granted(worker).Spawned(worker).StartFailed(worker).Exited(worker, 1);
        }

        return this;
    }

    private static WorkerIdentity Identity(int worker) => new("shop", worker, 0, 1);
}
