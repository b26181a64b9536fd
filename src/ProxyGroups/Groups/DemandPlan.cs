using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// Follows a group's demand: when to ask the scheduler, what its answer means for the number of workers, which ranks are idle.
/// Pure. A group whose number of workers is fixed asks nothing.
/// </summary>
internal static class DemandPlan
{
    /// <summary>Requests may begin to wait thousands of times per second; the scheduler is asked no more often than this.</summary>
    internal static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    public static GroupState Follow(GroupState state, TimeSpan now)
    {
        var wanted = state.Demand is { } demand ? DemandRule.Workers(Facts(state, demand, now)) : state.Wanted;
        var followed = state with
        {
            Wanted = Math.Min(Math.Clamp(wanted, state.Settings.Processes, state.Settings.MaxProcesses), YieldedRank(state)),
            Demand = null,
        };
        // A group that nobody asks for is as new: its next request starts it without the backoff of old failures.
        followed = followed.Wanted == 0 && (state.Wanted > 0 || state.Failures > 0) ? followed.WithoutFailures(now) : followed;
        return state.Demand is null ? followed : followed with { MeasureAt = Earlier(followed.MeasureAt, NextMeasure(followed, state.Demand, now)) };
    }

    // A request may have begun to wait after the scheduler was asked: that is not forgotten.
    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    private static DemandFacts Facts(GroupState state, GroupDemand demand, TimeSpan now) => new(
        state.Settings.Processes,
        state.Settings.MaxProcesses,
        state.Settings.Threads,
        state.Wanted,
        IdleRanks(state, demand, now),
        state.HasReadyWorker,
        demand.Busy,
        demand.Waiting,
        demand.OldestWait);

    private static TimeSpan? NextMeasure(GroupState state, GroupDemand demand, TimeSpan now)
    {
        if (demand.Waiting > 0 && state.Wanted < state.Settings.MaxProcesses)
        {
            return now + SampleInterval;
        }

        var (idle, idleFor) = (state.Settings.Timeouts.Idle, IdleTime(state, demand, state.Wanted - 1, now));
        return state.Wanted <= state.Settings.Processes ? null
            : idleFor == TimeSpan.MaxValue ? now + SampleInterval
            : idle == Timeout.InfiniteTimeSpan ? null
            : now + (idle - idleFor > SampleInterval ? idle - idleFor : SampleInterval);
    }

    // A worker that makes room takes its rank with it, until requests wait again.
    private static int YieldedRank(GroupState state) => state.Workers
        .Where(static worker => worker is { State: WorkerState.Starting or WorkerState.Ready, LeaveReason: WorkerReason.MadeRoom })
        .Select(static worker => worker.Rank).DefaultIfEmpty(int.MaxValue).Min();

    // The highest rank retires first, so a busy one keeps those below it.
    private static int IdleRanks(GroupState state, GroupDemand demand, TimeSpan now)
    {
        var idle = state.Settings.Timeouts.Idle == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : state.Settings.Timeouts.Idle;
        return Enumerable.Range(0, state.Wanted).Reverse().TakeWhile(rank => IdleTime(state, demand, rank, now) >= idle).Count();
    }

    // One that waits for room has nobody to wait for once no request does: it is idle for ever.
    private static TimeSpan IdleTime(GroupState state, GroupDemand demand, int rank, TimeSpan now)
    {
        var workers = state.Workers.Where(worker => worker.Rank == rank && worker.State is WorkerState.Starting or WorkerState.Ready).ToList();
        return workers.Count == 0 ? now - state.AskedAt
            : workers.TrueForAll(static worker => worker.LacksRoom) ? TimeSpan.MaxValue
            : workers.Where(static worker => !worker.LacksRoom).Min(worker => worker.State == WorkerState.Starting ? BootIdleTime(state, demand, rank, now) : demand.IdleFor.GetValueOrDefault(worker.Id, now - worker.Since));
    }

    // One that boots in the place of another is as idle as that one, unless a request has waited since: a group that is asked at each such boot would never find the rank idle.
    private static TimeSpan BootIdleTime(GroupState state, GroupDemand demand, int rank, TimeSpan now)
    {
        var replaced = state.Workers.Where(worker => worker.Rank == rank && worker.State != WorkerState.Starting && demand.IdleFor.ContainsKey(worker.Id)).ToList();
        return replaced.Count == 0 ? TimeSpan.Zero : replaced.Select(worker => demand.IdleFor[worker.Id]).Append(now - state.AskedAt).Min();
    }
}
