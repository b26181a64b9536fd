namespace ProxyGroups.Proxying.Transport;

/// <summary>The limits of one worker's transport, which may change while it runs: each wait takes those of its beginning.</summary>
internal sealed class CurrentLimits(TransportLimits first, TimeProvider time)
{
    public const long Never = long.MaxValue;

    private volatile Snapshot _now = Snapshot.Of(first, time);

    public TransportLimits Value => _now.Limits;

    public void Change(TransportLimits next) => _now = Snapshot.Of(next, time);

    /// <summary>In timestamp ticks; <see cref="Never"/>: no bound.</summary>
    public long Ticks(WaitKind kind) => kind switch { WaitKind.Request => _now.Request, WaitKind.Silence => _now.Silence, _ => _now.Discard };

    private sealed record Snapshot(TransportLimits Limits, long Request, long Silence, long Discard)
    {
        public static Snapshot Of(TransportLimits limits, TimeProvider time) =>
            new(limits, ToTimestamp(limits.Request, time), ToTimestamp(limits.Silence, time), ToTimestamp(TransportLimits.Discard, time));
    }

    private static long ToTimestamp(TimeSpan limit, TimeProvider time) =>
        limit == Timeout.InfiniteTimeSpan ? Never : (long)(limit.TotalSeconds * time.TimestampFrequency);
}
