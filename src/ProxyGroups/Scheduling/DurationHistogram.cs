using ProxyGroups.Telemetry;

namespace ProxyGroups.Scheduling;

/// <summary>How many times fell into each bucket of <see cref="DurationBuckets"/>.</summary>
/// <param name="Sums">Of the times in each bucket.</param>
internal sealed record DurationHistogram(IReadOnlyList<TimeSpan> Sums, IReadOnlyList<long> Counts)
{
    public long Count => Counts.Sum();

    /// <summary>Of all of them.</summary>
    public TimeSpan Sum => Sums.Aggregate(TimeSpan.Zero, static (all, sum) => all + sum);

    /// <summary>What has been counted since an earlier look at the same: of each bucket how many times, and their mean.</summary>
    public IEnumerable<(TimeSpan Mean, long Count)> Since(DurationHistogram earlier) =>
        from bucket in Enumerable.Range(0, Counts.Count)
        let count = Counts[bucket] - earlier.Counts[bucket]
        where count > 0
        select ((Sums[bucket] - earlier.Sums[bucket]) / count, count);

    /// <summary>The time that this share of all stays within, straight between the bounds of its bucket; null: there are none. Above the last bound: that bound.</summary>
    public TimeSpan? Quantile(double share)
    {
        var rank = share * Count;
        var below = 0L;
        for (var bucket = 0; bucket < DurationBuckets.Bounds.Count; bucket++)
        {
            if (Counts[bucket] > 0 && below + Counts[bucket] >= rank)
            {
                var (from, to) = (bucket == 0 ? 0 : DurationBuckets.Bounds[bucket - 1], DurationBuckets.Bounds[bucket]);
                return TimeSpan.FromSeconds(from + ((to - from) * (rank - below) / Counts[bucket]));
            }

            below += Counts[bucket];
        }

        return Count == 0 ? null : TimeSpan.FromSeconds(DurationBuckets.Bounds[^1]);
    }
}
