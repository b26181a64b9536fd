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

    internal sealed record WorkerReported(WorkerEvent Fact) : GroupEvent;

    internal sealed record WorkerDrained(int Worker) : GroupEvent;

    /// <summary>A connection to the worker broke before an answer; its slots are already withdrawn.</summary>
    internal sealed record WorkerSuspected(int Worker, int Epoch) : GroupEvent;

    /// <summary>A request ran into Timeouts:Request; the worker is to be replaced without cutting its other requests.</summary>
    internal sealed record RequestDeadlinePassed(int Worker) : GroupEvent;

    /// <summary>Requests wait. Not posted again before the scheduler was asked how many.</summary>
    internal sealed record DemandRose : GroupEvent;

    internal sealed record DemandMeasured(GroupDemand Demand) : GroupEvent;

    internal sealed record SettingsChanged(ProcessGroupSettings Settings) : GroupEvent;

    internal sealed record StopRequested(WorkerReason Reason) : GroupEvent;

    /// <summary>The time for draining is over although its workers began to drain only now: the front door has been stopping all the while.</summary>
    internal sealed record DrainTimePassed : GroupEvent;

    /// <summary>The front door is forced to end: nothing is waited for any more.</summary>
    internal sealed record KillRequested : GroupEvent;

    internal sealed record WakeUp : GroupEvent;
}
