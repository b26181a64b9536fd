namespace ProxyGroups.Scheduling;

/// <summary>Whether a worker's free slots may be leased. Ready and Suspect change into each other; Draining is final.</summary>
internal enum WorkerSlotsState
{
    Ready,

    /// <summary>Perhaps dead: withdrawn until it is restored or removed.</summary>
    Suspect,

    /// <summary>Gains no lease; those it has end by themselves.</summary>
    Draining,
}
