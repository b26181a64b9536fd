namespace ProxyGroups.Supervision;

/// <summary>
/// Facts that a worker process reports, each at most once, in this order: Spawned, Ready | StartFailed, Exited.
/// Exited always comes and comes last, even if no process came to be (then without Spawned).
/// </summary>
internal abstract record WorkerEvent(WorkerIdentity Worker)
{
    internal sealed record Spawned(WorkerIdentity Worker, int Pid) : WorkerEvent(Worker);

    /// <param name="Watchdog">From now on the worker gives a sign of life within each such period; null: it does not have to.</param>
    internal sealed record Ready(WorkerIdentity Worker, TimeSpan? Watchdog = null) : WorkerEvent(Worker);

    /// <summary>The start failed; the process, if there was one, is still to be killed by whoever decides.</summary>
    internal sealed record StartFailed(WorkerIdentity Worker, SpawnFailure Failure) : WorkerEvent(Worker);

    /// <summary>The process is gone and reaped, its output flushed, its files removed.</summary>
    internal sealed record Exited(WorkerIdentity Worker, WorkerExit Exit, IReadOnlyList<string> LastOutput) : WorkerEvent(Worker);
}
