namespace ProxyGroups.Configuration;

/// <summary>
/// When a healthy worker is replaced by a fresh one: what leaks is given back before it hurts. One worker of a group at a
/// time, and its successor is ready before it drains.
/// </summary>
public sealed record RecycleSettings
{
    /// <summary>Requests after which a worker is replaced; it serves on until its successor is ready.</summary>
    /// <value>1 to 1,000,000,000. Default not set: no bound (in files also "off").</value>
    public int? MaxRequests { get; init; }

    /// <summary>Time after which a worker is replaced, counted from when it became ready.</summary>
    /// <value>Duration. Default infinite (in files "off"): no bound. Above 0, below 49 days.</value>
    public TimeSpan MaxAge { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Memory that only this worker and the processes it started use (USS, swap included); when three samples in a row, 10 s
    /// apart and sooner above the limit, show more, the worker is replaced. Needs Linux.
    /// </summary>
    /// <value>Bytes; in settings files a size such as "300MiB". Default null (in files "off"): no bound. 1 MiB and more.</value>
    public long? WorkerMemory { get; init; }

    /// <summary>
    /// Share of MaxRequests and MaxAge by which a worker may be replaced earlier, at random and spread over the ranks, so that
    /// workers that started together are not replaced together.
    /// </summary>
    /// <value>0 to 0.5. Default 0.1.</value>
    public double Jitter { get; init; } = 0.1;
}
