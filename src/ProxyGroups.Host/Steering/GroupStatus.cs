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
    PreloadFaultStatus? PreloadFault,
    GroupDetailStatus Detail,
    IReadOnlyList<WorkerStatus> Workers)
{
    /// <summary>CPU cores that its workers use of late; null: not known.</summary>
    public double? CpuShare => Workers.Select(static worker => worker.Detail.CpuShare).OfType<double>().ToList() is { Count: > 0 } shares ? shares.Sum() : null;

    /// <summary>Memory of its workers and of the process of its app in bytes, shared pages counted once; null: not known.</summary>
    public long? Memory => Workers.Select(static worker => worker.MemoryWithShare).Concat(Detail.Preloaders.Select(static preloader => preloader.Pss)).OfType<long>().ToList() is { Count: > 0 } sizes ? sizes.Sum() : null;
}
