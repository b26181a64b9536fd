namespace ProxyGroups.Scheduling;

/// <summary>The scheduler at one moment, consistent in itself.</summary>
/// <param name="OldestWait">Time the longest waiting request has been in the queue, boot and pause included.</param>
/// <param name="MeanServiceTime">Mean time a lease is held; null: too few have ended.</param>
/// <param name="IsBooting">No worker is on offer: the waiting clock stands still.</param>
internal sealed record SchedulerSnapshot(
    IReadOnlyList<WorkerSlotsSnapshot> Workers,
    int QueueLength,
    TimeSpan OldestWait,
    AdmissionTotals Totals,
    TimeSpan? MeanServiceTime,
    bool IsBooting,
    bool IsPaused,
    bool IsClosed);
