namespace ProxyGroups.Scheduling;

/// <summary>Limits of one group's queue; all may change at run time.</summary>
/// <param name="QueueLimit">Most waiters at once.</param>
/// <param name="MaxWait">Longest wait; infinite: off.</param>
/// <param name="BootWait">While no worker has been ready the queue's clock stands still, bounded by this; infinite: off.</param>
internal readonly record struct SchedulerLimits(int QueueLimit, TimeSpan MaxWait, TimeSpan BootWait);
