using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>What must be true of a group after whatever happened.</summary>
internal sealed class GroupInvariants(SimulatedGroup group, Machine machine)
{
    private int _emptyWakeUps;
    private TimeSpan _lastStep;

    /// <summary>After anything that happened on the machine.</summary>
    public void Check()
    {
        var scheduler = group.Scheduler.Snapshot();
        LeasesAreThoseHeld(scheduler);
        SlotsAreThoseOfTheWorkers(scheduler);
        Assert.True(!scheduler.IsClosed || scheduler.QueueLength == 0, "closed, but requests wait");
        Assert.Equal(group.Clients.Waiting, scheduler.QueueLength);
        Assert.True(group.Weather != Weather.Fair || machine.HasSlept || group.State.Failures == 0, "others' faults made a start fail");
    }

    /// <summary>After a step of the group's loop.</summary>
    public void CheckStep(GroupState before, GroupEvent happened, GroupPlan plan)
    {
        var state = plan.State;
        Assert.Equal(state.Workers.Select(static worker => worker.Id).Order(), group.Workers.Select(static worker => worker.Identity.Id).Order());
        Assert.Equal(state.IsClosed || state.IsFinished, group.Scheduler.Snapshot().IsClosed);
        ARankHasOneWorkerOfToday(state);
        if (plan.Actions.Any(static action => action is GroupAction.Spawn))
        {
            NoMoreProcessesThanAllowed(state);
        }

        NobodyLeavesTooEarly(before, plan);
        Assert.All(state.Workers, HasAnEnd);
        SomethingComesOfIt(happened, plan);
    }

    private static bool IsLive(WorkerView worker) => worker.State is WorkerState.Starting or WorkerState.Ready;

    // A rank whose worker never found room below the caps, or lost it, is not missed.
    private static int ServedRanks(GroupState state, int wanted) => state.Workers
        .Where(worker => worker.Rank < wanted && (worker is { State: WorkerState.Ready } or { State: WorkerState.Starting, LacksRoom: true, IsHeir: false } || HasLostItsRoom(state, worker)))
        .Select(static worker => worker.Rank).Distinct().Count();

    private static bool HasLostItsRoom(GroupState state, WorkerView worker) =>
        worker is { State: WorkerState.Starting, LacksRoom: true, IsHeir: true } && state.Workers.Count(other => other.Rank == worker.Rank) == 1;

    private static bool IsHeirOf(WorkerView worker, WorkerView leaver) => worker is { State: WorkerState.Starting, IsHeir: true } && worker.Rank == leaver.Rank;

    private static bool IsSick(WorkerView worker) => worker.SilentPeriods > 0 || worker.ReplaceReason is WorkerReason.RequestDeadline or WorkerReason.ResponseSilence;

    private static void ARankHasOneWorkerOfToday(GroupState state) => Assert.All(
        state.Workers.Where(worker => IsLive(worker) && worker.Generation == state.Generation && worker.ReplaceReason is null).GroupBy(static worker => worker.Rank),
        static rank => Assert.True(rank.Count() == 1, $"rank {rank.Key} has {rank.Count()} workers of the newest generation"));

    // Who is sick, or has no rank any more, is on its way out by a timer of its own.
    private static void NoMoreProcessesThanAllowed(GroupState state)
    {
        var processes = state.Workers.Count(worker => worker.Rank < state.Wanted && !IsSick(worker));
        Assert.True(processes <= state.Wanted + state.Settings.Restart.MaxSurge, $"{processes} processes, {state.Wanted} wanted and {state.Settings.Restart.MaxSurge} more allowed");
        Assert.True(state.Workers.Count(IsLive) <= state.Settings.MaxProcesses + state.Settings.Restart.MaxSurge + state.Workers.Count(IsSick), "more live workers than MaxProcesses and MaxSurge");
    }

    private static void NobodyLeavesTooEarly(GroupState before, GroupPlan plan)
    {
        var leavers = plan.Actions.OfType<GroupAction.Drain>().Select(drain => (drain.Reason, Worker: plan.State.Find(drain.Worker)!)).ToList();
        if (plan.State.Phase != GroupPhase.Running || leavers.Any(static leaver => leaver.Reason is WorkerReason.DrainAsked or WorkerReason.Unresponsive or WorkerReason.StoppedListening))
        {
            return;
        }

        Assert.All(leavers.Where(static leaver => leaver.Reason == WorkerReason.MadeRoom), leaver => Assert.True(leaver.Worker.Rank >= plan.State.Settings.Processes, "a worker that always runs made room for others"));
        var inPlace = leavers.Count(static leaver => leaver.Worker.IsReplacedInPlace);
        var heirs = leavers.Count(leaver => plan.State.Workers.Any(worker => IsHeirOf(worker, leaver.Worker)));
        Assert.True(inPlace + heirs == 0 || !plan.State.NeedsPreparation, "a worker left in place before its successor was prepared");
        // As the plan saw it: who became ready with this very event counts, and so do those who leave now.
        var ready = plan.State.Workers.Count(static worker => worker.State == WorkerState.Ready) + leavers.Count;
        Assert.True(heirs == 0 || plan.State.Settings.Restart.MaxUnavailable > 1 || !before.Workers.Any(worker => HasLostItsRoom(before, worker)) || ready >= plan.State.Settings.Processes, "a worker left for an heir while another one lacks its room, and what always runs is not there");
        var most = Math.Max(heirs > 0 ? 1 : 0, plan.State.Settings.Restart.MaxUnavailable);
        var bound = Math.Min(ServedRanks(WithoutThoseThatEnd(before, plan.State), plan.State.Wanted), plan.State.Wanted - most);
        Assert.True(leavers.Count == 0 || ServedRanks(plan.State, plan.State.Wanted) + inPlace >= bound, $"too few are left of {bound}: {string.Join(", ", leavers)}");
    }

    private static GroupState WithoutThoseThatEnd(GroupState before, GroupState after) => before with
    {
        Workers = before.Workers.RemoveAll(worker => after.Find(worker.Id) is not { } now || (worker.State == WorkerState.Starting && !IsLive(now))),
    };

    private void HasAnEnd(WorkerView worker)
    {
        var process = group.FindWorker(worker.Id)!;
        var ends = worker.State switch
        {
            WorkerState.Ready => true,
            WorkerState.Starting => process.IsWaiting || worker.Deadline is not null || group.Inbox.Any(static happened => happened is GroupEvent.BootGranted or GroupEvent.WorkerReported),
            _ => worker.Deadline is not null || worker.IsKilled,
        };
        Assert.True(ends, $"nothing ends {worker}");
        Assert.True(worker.Deadline is null || group.Alarm <= worker.Deadline, $"nobody wakes the group at the deadline of {worker}");
    }

    // A wake-up for which nothing is to be done, again and again, burns a core.
    private void SomethingComesOfIt(GroupEvent happened, GroupPlan plan)
    {
        _emptyWakeUps = happened is GroupEvent.WakeUp && plan.Actions.Count == 0 && machine.Now == _lastStep ? _emptyWakeUps + 1 : 0;
        _lastStep = machine.Now;
        Assert.True(_emptyWakeUps < 5, "the loop wakes up for nothing");
    }

    private void LeasesAreThoseHeld(SchedulerSnapshot scheduler)
    {
        foreach (var worker in scheduler.Workers)
        {
            Assert.Equal(group.Clients.Held.Count(lease => lease.Worker == worker.Id && lease.Epoch == worker.Epoch), worker.Busy);
        }

        var totals = scheduler.Totals;
        Assert.Equal(totals.Granted, totals.Released + totals.Lost + scheduler.Workers.Sum(static worker => worker.Busy));
    }

    private void SlotsAreThoseOfTheWorkers(SchedulerSnapshot scheduler)
    {
        Assert.Equal(group.State.Workers.Where(static worker => worker.IsOffered).Select(static worker => worker.Id).Order(), scheduler.Workers.Select(static worker => worker.Id).Order());
        foreach (var slots in scheduler.Workers)
        {
            var (worker, process) = (group.State.Find(slots.Id)!, group.FindWorker(slots.Id)!);
            Assert.Equal(Math.Max(0, process.Threads - process.Forfeited), slots.Capacity);
            Assert.True(worker.State == WorkerState.Ready == (slots.State != WorkerSlotsState.Draining), $"{worker.State} is {slots.State} to the scheduler");
            Assert.True(worker.State != WorkerState.Ready || worker.Generation < group.State.Generation || worker.IsSpent == (slots.Granted >= MaxRequestsOf(worker)) || WillBeTold(worker), $"{worker} has had {slots.Granted} requests of {MaxRequestsOf(worker)}");
            Assert.True(slots.State != WorkerSlotsState.Suspect || WillBeJudged(worker), $"nobody restores the suspect {worker.Id}");
        }
    }

    private long MaxRequestsOf(WorkerView worker) => RecyclePlan.MaxRequests(group.State.Settings.Recycle, worker.Spread);

    private bool WillBeTold(WorkerView worker) => !worker.IsSpent && group.Inbox.Any(happened => happened is GroupEvent.RequestsSpent spent && spent.Worker == worker.Id);

    private bool WillBeJudged(WorkerView worker) =>
        worker.SuspectUntil is not null || group.Inbox.Any(happened => happened is GroupEvent.WorkerSuspected suspected && suspected.Worker == worker.Id);
}
