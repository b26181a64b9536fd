namespace ProxyGroups.Supervision;

/// <summary>States of a worker; <see cref="WorkerTransitions"/> holds the legal moves.</summary>
internal enum WorkerState
{
    Starting,
    Ready,
    Draining,
    Stopping,
    Exited,
}
