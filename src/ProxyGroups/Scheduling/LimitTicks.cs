namespace ProxyGroups.Scheduling;

/// <summary>The limits in the timestamp ticks of the time provider; <see cref="Off"/>: no limit.</summary>
internal readonly record struct LimitTicks(int QueueLimit, long MaxWait, long BootWait)
{
    public const long Off = long.MaxValue;

    /// <summary>
    /// The longest estimated wait that is let in. An overloaded queue hovers where the estimate meets this bound, and slots come
    /// back in bunches: without an eighth to spare, those that the bunch misses would learn at MaxWait what they could learn at once.
    /// </summary>
    public long LongestEstimate => MaxWait - (MaxWait / 8);

    public static LimitTicks From(SchedulerLimits limits, long frequency) =>
        new(limits.QueueLimit, Ticks(limits.MaxWait, frequency), Ticks(limits.BootWait, frequency));

    /// <summary>In whole numbers: a rounding error of one tick would make a timer fire a tick before the deadline.</summary>
    private static long Ticks(TimeSpan limit, long frequency)
    {
        Int128 ticks = (Int128)limit.Ticks * frequency / TimeSpan.TicksPerSecond;
        return ticks < 0 || ticks >= long.MaxValue / 2 ? Off : (long)ticks;
    }
}
