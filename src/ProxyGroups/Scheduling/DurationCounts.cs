using ProxyGroups.Telemetry;

namespace ProxyGroups.Scheduling;

/// <summary>Times counted by size. Guarded by the lock of <see cref="SlotScheduler"/>; a short one, as most are, costs a comparison or two.</summary>
internal sealed class DurationCounts(TimeProvider time)
{
    private readonly long[] _bounds = [.. DurationBuckets.Bounds.Select(bound => (long)(bound * time.TimestampFrequency))];
    private readonly long[] _counts = new long[DurationBuckets.Bounds.Count + 1];
    private readonly long[] _sums = new long[DurationBuckets.Bounds.Count + 1];

    /// <summary>Of all of them, in timestamp ticks.</summary>
    public long Sum => _sums.Sum();

    public void Add(long ticks)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && ticks > _bounds[bucket])
        {
            bucket++;
        }

        _counts[bucket]++;
        _sums[bucket] += ticks;
    }

    public DurationHistogram Read() => new([.. _sums.Select(sum => time.GetElapsedTime(0, sum))], [.. _counts]);
}
