namespace ProxyGroups.Configuration;

/// <summary>The one bounded FIFO of requests that wait for a slot.</summary>
public sealed record QueueSettings
{
    /// <summary>Most requests that wait at once. Default: 10 x MaxProcesses x Threads.</summary>
    public int Limit { get; init; } = 40;

    /// <summary>Longest wait for a slot; <see cref="Timeout.InfiniteTimeSpan"/>: off. Default 5 s.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(5);
}
