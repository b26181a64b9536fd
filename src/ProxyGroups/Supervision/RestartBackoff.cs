namespace ProxyGroups.Supervision;

/// <summary>
/// How long to wait before the next start after failed ones: exponential with full jitter above a floor, so that groups
/// that fail together do not start together. Pure; who counts failures resets them once a worker has been ready for <see cref="StableUptime"/>.
/// </summary>
internal static class RestartBackoff
{
    public static readonly TimeSpan Base = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    /// <summary>Short, so that a worker killed now and then is not taken for one that cannot start.</summary>
    public static readonly TimeSpan StableUptime = TimeSpan.FromSeconds(5);

    /// <param name="consecutiveFailures">0 means no wait.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public static TimeSpan Delay(int consecutiveFailures, double random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(consecutiveFailures);
        ArgumentOutOfRangeException.ThrowIfNegative(random);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(random, 1.0);
        return consecutiveFailures is 0 ? TimeSpan.Zero : Base + ((Ceiling(consecutiveFailures) - Base) * random);
    }

    // 2^10 x 100 ms is above the cap; the bound keeps the shift from overflowing.
    private static TimeSpan Ceiling(int failures) => TimeSpan.FromTicks(Math.Min(Base.Ticks << Math.Min(failures, 10), Cap.Ticks));
}
