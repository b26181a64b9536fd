namespace ProxyGroups.Groups;

/// <summary>
/// Watches for workers that give no sign of life (WATCHDOG=1). Pure. Beats cost the group nothing: it looks once per period when
/// the last one was. One silent period takes the worker out of service, a second one ends it.
/// </summary>
internal static class WatchdogPlan
{
    /// <summary>Silent periods after which a worker will not come back.</summary>
    internal const int Hopeless = 2;

    /// <summary>Later than this for a look, the front door itself stood still, and beats may lie unread: the worker gets another period.</summary>
    internal static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(1);

    /// <summary>Adds what is to be done about a worker that serves or drains.</summary>
    public static WorkerView Look(WorkerView worker, TimeSpan now, ICollection<GroupAction> actions)
    {
        if (worker.WatchdogAt <= now)
        {
            worker = now - worker.WatchdogAt > LongestLag ? Start(worker, worker.Watchdog, now) : Ask(worker, actions);
        }

        if (worker is { SilentPeriods: > 0, IsSilenceNoted: false })
        {
            actions.Add(new GroupAction.DumpStacks(worker.Id));
            worker = worker with { IsSilenceNoted = true };
        }

        return worker;
    }

    public static WorkerView Start(WorkerView worker, TimeSpan? watchdog, TimeSpan now) =>
        worker with { Watchdog = watchdog, WatchdogAt = now + watchdog };

    /// <summary>Notes what the look found.</summary>
    /// <param name="silence">Time since the last sign of life.</param>
    public static WorkerView Note(WorkerView worker, TimeSpan silence, TimeSpan now) => silence < worker.Watchdog
        ? worker with { WatchdogAt = now + worker.Watchdog - silence, SilentPeriods = 0, IsSilenceNoted = false }
        : worker with { WatchdogAt = now + worker.Watchdog, SilentPeriods = worker.SilentPeriods + 1 };

    private static WorkerView Ask(WorkerView worker, ICollection<GroupAction> actions)
    {
        actions.Add(new GroupAction.CheckWatchdog(worker.Id));
        return worker with { WatchdogAt = null };
    }
}
