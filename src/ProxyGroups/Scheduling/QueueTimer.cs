namespace ProxyGroups.Scheduling;

/// <summary>
/// The one timer of a scheduler. Armed under its lock, so that two threads cannot arm it in the wrong order; a timer that
/// is set too early (the waiter it was set for has left) fires once in vain, which is cheaper than setting it at every change.
/// It fires on the millisecond or after, never before: due times are rounded up, and are never 0, because a fake
/// clock would fire such a timer inside the lock.
/// </summary>
internal sealed class QueueTimer(TimeProvider time, TimerCallback fired) : IDisposable
{
    private const long NotSet = long.MaxValue;
    private static readonly double LongestDelay = TimeSpan.FromDays(1).TotalMilliseconds;

    private readonly ITimer _timer = time.CreateTimer(fired, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    private long _dueAt = NotSet;

    public void Fired() => _dueAt = NotSet;

    /// <summary>Makes sure that it fires in <paramref name="ticks"/> timestamp ticks at the latest.</summary>
    public void Arm(long ticks, long now)
    {
        if (ticks == LimitTicks.Off || now + ticks >= _dueAt)
        {
            return;
        }

        double delay = Math.Clamp(Math.Ceiling(ticks * 1000d / time.TimestampFrequency), 1, LongestDelay);
        _dueAt = now + ticks;
        _timer.Change(TimeSpan.FromMilliseconds(delay), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
