using ProxyGroups.Scheduling;

namespace ProxyGroups.Admin;

/// <summary>Times since the start of the front door, in seconds.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="P50">Half of them stay within it; null: there are none.</param>
/// <param name="P95">95 of 100 do.</param>
/// <param name="P99">99 of 100 do.</param>
/// <param name="Counts">By bucket, whose upper bounds the answer names once.</param>
internal sealed record TimesSnapshot(long Count, double Sum, double? P50, double? P95, double? P99, IReadOnlyList<long> Counts)
{
    public static TimesSnapshot Of(DurationHistogram times) =>
        new(times.Count, times.Sum.TotalSeconds, Seconds(times, 0.5), Seconds(times, 0.95), Seconds(times, 0.99), times.Counts);

    private static double? Seconds(DurationHistogram times, double share) => times.Quantile(share) is { } time ? Math.Round(time.TotalSeconds, 6) : null;
}
