using ProxyGroups.Telemetry;

namespace ProxyGroups.Scheduling;

/// <summary>Times counted by size. Guarded by the lock of <see cref="SlotScheduler"/>; a short one, as most are, costs a comparison or two.</summary>
internal sealed class DurationCounts(TimeProvider time)
{
    private readonly long[] _bounds = [.. DurationBuckets.Bounds.Select(bound => (long)(bound * time.TimestampFrequency))];
    private readonly long[] _counts = new long[DurationBuckets.Bounds.Count + 1];

    /// <summary>Of all of them, in timestamp ticks.</summary>
    public long Sum { get; private set; }

    public void Add(long ticks)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && ticks > _bounds[bucket])
        {
            bucket++;
        }

        _counts[bucket]++;
        Sum += ticks;
    }

    public DurationHistogram Read() => new(time.GetElapsedTime(0, Sum), [.. _counts]);
}
