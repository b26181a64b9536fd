namespace ProxyGroups.Scheduling;

/// <summary>The limits in the timestamp ticks of the time provider; <see cref="Off"/>: no limit.</summary>
internal readonly record struct LimitTicks(int QueueLimit, long MaxWait, long BootWait)
{
    public const long Off = long.MaxValue;

    public static LimitTicks From(SchedulerLimits limits, long frequency) =>
        new(limits.QueueLimit, Ticks(limits.MaxWait, frequency), Ticks(limits.BootWait, frequency));

    private static long Ticks(TimeSpan limit, long frequency)
    {
        double ticks = Math.Ceiling(limit.TotalSeconds * frequency);
        return ticks is < 0 or >= long.MaxValue / 2 ? Off : (long)ticks;
    }
}
