namespace ProxyGroups.Scheduling;

/// <summary>How an admission ended.</summary>
internal enum AdmissionOutcome
{
    Granted,
    QueueFull,
    WouldWaitTooLong,
    WaitedTooLong,
    ClientGone,

    /// <summary>No worker became ready within the startup timeout.</summary>
    BootTimedOut,

    /// <summary>The group is failing, stopped or removed.</summary>
    Closed,
}
