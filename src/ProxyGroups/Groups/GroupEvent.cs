using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>What can happen to a process group; the closed family that its loop reads.</summary>
internal abstract record GroupEvent
{
    internal sealed record Started : GroupEvent;

    internal sealed record Prepared(int Generation, SpawnFailure? Failure) : GroupEvent;

    /// <summary>The machine's arbiter let this worker boot: its startup time runs from now.</summary>
    internal sealed record BootGranted(int Worker) : GroupEvent;

    /// <summary>A worker that is to start finds no room below the caps (true), or it does now or will (false).</summary>
    internal sealed record RoomChanged(int Worker, bool IsLacking) : GroupEvent;

    /// <summary>Another group needs this worker's room.</summary>
    internal sealed record YieldAsked(int Worker) : GroupEvent;

    internal sealed record WorkerReported(WorkerEvent Fact) : GroupEvent;

    internal sealed record WorkerDrained(int Worker) : GroupEvent;

    /// <summary>A connection to the worker broke before an answer, or there was none since it does not listen; its slots are already withdrawn.</summary>
    internal sealed record WorkerSuspected(int Worker, int Epoch, bool HasNoListener = false) : GroupEvent;

    /// <summary>A request ran into Timeouts:Request; the worker is to be replaced without cutting its other requests.</summary>
    internal sealed record RequestDeadlinePassed(int Worker) : GroupEvent;

    /// <summary>Requests wait. Not posted again before the scheduler was asked how many.</summary>
    internal sealed record DemandRose : GroupEvent;

    internal sealed record DemandMeasured(GroupDemand Demand) : GroupEvent;

    /// <summary>A response ran into Timeouts:Silence and holds a thread; the worker is to be replaced likewise.</summary>
    internal sealed record ResponseFellSilent(int Worker) : GroupEvent;

    /// <summary>A worker has been granted as many leases as Recycle:MaxRequests allowed it when they were counted.</summary>
    internal sealed record RequestsSpent(int Worker, long Leases) : GroupEvent;

    internal sealed record MemorySampled(int Worker, long Bytes) : GroupEvent;

    /// <summary>The kernel killed a process of this worker because memory ran out.</summary>
    internal sealed record MemoryKilled(int Worker, MemoryKill Kill) : GroupEvent;

    /// <summary>Answer to <see cref="GroupAction.Weigh"/>.</summary>
    internal sealed record Weighed(int Worker, bool HasRoom) : GroupEvent;

    /// <summary>Answer to <see cref="GroupAction.CheckWatchdog"/>: time since the last sign of life.</summary>
    internal sealed record WatchdogChecked(int Worker, TimeSpan Silence) : GroupEvent;

    /// <summary>Settings that a worker is started from: a new generation replaces the workers.</summary>
    internal sealed record SettingsChanged(ProcessGroupSettings Settings) : GroupEvent;

    /// <summary>Settings that apply to running workers.</summary>
    internal sealed record SettingsAdapted(ProcessGroupSettings Settings) : GroupEvent;

    /// <summary>A new generation of the same settings replaces the workers.</summary>
    internal sealed record RestartRequested(WorkerReason Reason) : GroupEvent;

    /// <summary>Drain and stop all workers until <see cref="StartRequested"/>.</summary>
    internal sealed record HoldRequested : GroupEvent;

    internal sealed record StartRequested : GroupEvent;

    /// <summary>Drain this worker now; another one takes its rank.</summary>
    internal sealed record DrainRequested(int Worker) : GroupEvent;

    /// <summary>Replace this worker as one that has reached a limit of Recycle: the successor is ready first.</summary>
    internal sealed record RecycleRequested(int Worker) : GroupEvent;

    internal sealed record StopRequested(WorkerReason Reason) : GroupEvent;

    /// <summary>The time for draining is over although its workers began to drain only now: the front door has been stopping all the while.</summary>
    internal sealed record DrainTimePassed : GroupEvent;

    /// <summary>The front door is forced to end: nothing is waited for any more.</summary>
    internal sealed record KillRequested : GroupEvent;

    internal sealed record WakeUp : GroupEvent;
}
