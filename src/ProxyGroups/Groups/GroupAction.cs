using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>What the planner wants done. Actions are started, never awaited; their results come back as events.</summary>
internal abstract record GroupAction
{
    internal sealed record Prepare(int Generation) : GroupAction;

    /// <summary>The preparation that runs is not wanted any more: it ends as a worker does, and says so.</summary>
    internal sealed record EndPreparation : GroupAction;

    internal sealed record Spawn(int Worker, int Rank, int Generation) : GroupAction;

    /// <summary>The startup timeout passed: describe where the start hangs and report it as failed.</summary>
    internal sealed record FailStart(int Worker) : GroupAction;

    /// <summary>Bring the running workers' slots and time limits in line with the settings.</summary>
    internal sealed record Adapt : GroupAction;

    internal sealed record Offer(int Worker) : GroupAction;

    internal sealed record Restore(int Worker, int Epoch) : GroupAction;

    internal sealed record Drain(int Worker, WorkerReason Reason) : GroupAction;

    internal sealed record Stop(int Worker, WorkerReason Reason) : GroupAction;

    internal sealed record Kill(int Worker, WorkerReason Reason) : GroupAction;

    /// <summary>A worker is to be recycled: see whether its successor fits beside it.</summary>
    internal sealed record Weigh(int Worker, WorkerReason Reason) : GroupAction;

    /// <summary>See when the worker last gave a sign of life.</summary>
    internal sealed record CheckWatchdog(int Worker) : GroupAction;

    internal sealed record DumpStacks(int Worker) : GroupAction;

    /// <summary>Ask the scheduler what runs and waits.</summary>
    internal sealed record Measure : GroupAction;

    /// <summary>Forget a worker that is gone.</summary>
    internal sealed record Remove(int Worker, WorkerReason Reason, WorkerExit Exit) : GroupAction;

    /// <summary>Refuse requests at once (true) or admit them again (false).</summary>
    internal sealed record Gate(bool IsClosed, TimeSpan RetryAfter) : GroupAction;

    internal sealed record Finish : GroupAction;
}
