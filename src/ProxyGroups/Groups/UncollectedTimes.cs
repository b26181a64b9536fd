using ProxyGroups.Scheduling;

namespace ProxyGroups.Groups;

/// <summary>
/// The waits and service times of a group that nobody has collected yet. The scheduler counts them anyway: telling a meter of each would cost every request more
/// than its slot does. Any thread.
/// </summary>
internal sealed class UncollectedTimes(SlotScheduler scheduler)
{
    private readonly Lock _gate = new();
    private volatile SchedulerReport? _collected;

    /// <summary>Called before a request comes to the scheduler. Whoever begins to listen gets what is counted from then on.</summary>
    public void Follow(bool isListenedTo)
    {
        if (isListenedTo == (_collected is not null))
        {
            return;
        }

        lock (_gate)
        {
            _collected = isListenedTo ? _collected ?? scheduler.Report() : null;
        }
    }

    /// <summary>How many times of about this length there are.</summary>
    public (IEnumerable<(TimeSpan Mean, long Count)> Waits, IEnumerable<(TimeSpan Mean, long Count)> Services) Take()
    {
        lock (_gate)
        {
            if (_collected is not { } before)
            {
                return ([], []);
            }

            var now = _collected = scheduler.Report();
            return (now.Waits.Since(before.Waits), now.Services.Since(before.Services));
        }
    }
}
