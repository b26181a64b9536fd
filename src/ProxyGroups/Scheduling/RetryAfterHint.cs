namespace ProxyGroups.Scheduling;

/// <summary>When a refused client may try again: whole seconds, rounded up, 1 to 60.</summary>
internal static class RetryAfterHint
{
    private const double ShortestSeconds = 1;
    private const double LongestSeconds = 60;

    /// <param name="ticks">The estimated wait; null: not known, then the limit that was in force is the best guess.</param>
    public static TimeSpan From(double? ticks, long limit, long frequency) =>
        TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling((ticks ?? limit) / frequency), ShortestSeconds, LongestSeconds));
}
