namespace ProxyGroups.Configuration;

/// <summary>The one bounded FIFO of requests that wait for a slot.</summary>
public sealed record QueueSettings
{
    private const int LimitOfOneGroupWithDefaults = 40;

    private readonly int? _limit;

    /// <summary>Most requests that wait at once; one more is answered 503 with Retry-After. 0: nobody waits.</summary>
    /// <value>Requests. Default 10 x MaxProcesses x Threads, at most 1,000,000. 0 to 1,000,000.</value>
    public int Limit { get => _limit ?? LimitOfOneGroupWithDefaults; init => _limit = value; }

    /// <summary>
    /// Longest wait for a slot. A request that would wait longer is answered 503 with Retry-After at once, one that has
    /// waited so long is answered then.
    /// </summary>
    /// <value>
    /// Duration. Default 5 s. Above 0, below 49 days; <see cref="Timeout.InfiniteTimeSpan"/> (in files "off"): no bound,
    /// which needs a <see cref="TimeoutSettings.Request"/> timeout.
    /// </value>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Fills in the default that depends on the group around it.</summary>
    internal QueueSettings Completed(int slots) =>
        _limit is null ? this with { Limit = (int)Math.Clamp(10L * slots, 0, SettingsRanges.QueueLimit.Max) } : this;
}
