using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Caps;

/// <summary>The worker that a group would part with first: its highest rank, if that is above Processes and serves.</summary>
/// <param name="IdleFor">Time without a request; zero: it is busy.</param>
internal readonly record struct SpareWorker(int Id, TimeSpan IdleFor)
{
    public static SpareWorker? Find(GroupState state, SchedulerSnapshot scheduler)
    {
        var highest = state.Phase == GroupPhase.Running
            ? state.Workers.Where(static worker => worker is { State: WorkerState.Starting or WorkerState.Ready, LacksRoom: false }).MaxBy(static worker => worker.Rank)
            : null;
        if (highest is not { State: WorkerState.Ready, LeaveReason: null } || highest.Rank < state.Settings.Processes)
        {
            return null;
        }

        var slots = scheduler.Workers.FirstOrDefault(slots => slots.Id == highest.Id);
        return slots.Id == highest.Id ? new SpareWorker(highest.Id, slots.IdleFor) : null;
    }
}
