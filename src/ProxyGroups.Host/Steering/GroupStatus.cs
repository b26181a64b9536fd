namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a group.</summary>
internal sealed record GroupStatus(
    string Name,
    string Kind,
    string State,
    bool Serves,
    int Processes,
    int MaxProcesses,
    int Threads,
    int BusySlots,
    int Slots,
    int Queued,
    int QueueLimit,
    TimeSpan OldestWait,
    int Generation,
    string? ApplicationGroup,
    string? Shortage,
    FailureStatus? Failure,
    IReadOnlyList<WorkerStatus> Workers);
