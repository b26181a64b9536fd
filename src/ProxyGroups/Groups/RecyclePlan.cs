using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// Decides which worker of a group is recycled next. Pure. One at a time: from the decision until the old worker is gone no other
/// one is begun, so a group never loses more than one worker's caches, and needs at most one more process than it has.
/// </summary>
internal static class RecyclePlan
{
    /// <summary>A peak is no leak: so many samples in a row must lie above the limit.</summary>
    internal const int SamplesInARow = 3;

    /// <summary>
    /// Where a worker's own limits lie within the jitter: 0 at the limit, 1 at its earliest. Each rank has a slice of its own and
    /// a random place in it.
    /// </summary>
    public static double Spread(int rank, int workers, double random) => ((rank % Math.Max(1, workers)) + random) / Math.Max(1, workers);

    public static long MaxRequests(RecycleSettings limits, double spread) => limits.MaxRequests is { } most
        ? Math.Max(1, (long)(most * Share(limits, spread)))
        : long.MaxValue;

    public static TimeSpan? MaxAge(RecycleSettings limits, double spread) =>
        limits.MaxAge == Timeout.InfiniteTimeSpan ? null : limits.MaxAge * Share(limits, spread);

    /// <summary>Who is to be recycled now, and why; null: nobody is due, or the group has something else to do first.</summary>
    public static (WorkerView Worker, WorkerReason Reason)? Next(GroupState state, TimeSpan now)
    {
        if (IsBusy(state))
        {
            return null;
        }

        var due = state.Workers.Where(static worker => worker is { State: WorkerState.Ready, ReplaceReason: null })
            .Select(worker => (Worker: worker, Reason: DueReason(worker, state.Settings.Recycle, now)))
            .Where(static candidate => candidate.Reason is not null)
            // Memory first: it is the one that hurts the others.
            .OrderByDescending(static candidate => candidate.Reason == WorkerReason.WorkerMemory)
            .ThenBy(static candidate => candidate.Worker.Since)
            .FirstOrDefault();
        return due.Reason is { } reason ? (due.Worker, reason) : null;
    }

    /// <summary>When the next worker comes of age.</summary>
    public static TimeSpan? NextWakeUp(GroupState state, TimeSpan now) => state.Workers
        .Where(static worker => worker is { State: WorkerState.Ready, ReplaceReason: null })
        .Select(worker => worker.Since + MaxAge(state.Settings.Recycle, worker.Spread))
        .Where(due => due > now)
        .Min();

    // A roll replaces everybody anyway, and where starts fail the old worker is better than none.
    private static bool IsBusy(GroupState state) => state.NeedsPreparation || state.Failures > 0 ||
        state.Workers.Any(worker => worker.RecycleReason is not null || worker.Generation < state.Generation);

    private static WorkerReason? DueReason(WorkerView worker, RecycleSettings limits, TimeSpan now) =>
        worker.SamplesOver >= SamplesInARow ? WorkerReason.WorkerMemory
        : worker.IsRecycleAsked ? WorkerReason.RecycleAsked
        : worker.IsSpent ? WorkerReason.MaxRequests
        : worker.Since + MaxAge(limits, worker.Spread) <= now ? WorkerReason.MaxAge
        : null;

    private static double Share(RecycleSettings limits, double spread) => 1 - (limits.Jitter * spread);
}
