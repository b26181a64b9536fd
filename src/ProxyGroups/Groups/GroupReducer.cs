using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>Notes facts in the state. Pure; decides nothing.</summary>
internal static class GroupReducer
{
    /// <summary>A worker that lived shorter than this after it became ready counts as a failed start.</summary>
    internal static readonly TimeSpan EarlyExit = TimeSpan.FromMilliseconds(250);

    /// <summary>Time in which a dead worker's exit surely reaches the loop after its connection broke.</summary>
    internal static readonly TimeSpan SuspectTime = TimeSpan.FromMilliseconds(100);

    /// <summary>A worker that does not listen at two moments within this time has stopped to.</summary>
    internal static readonly TimeSpan DeafMemory = TimeSpan.FromSeconds(10);

    /// <param name="jitter">A random number of [0, 1) for the backoff.</param>
    public static GroupState Apply(GroupState state, GroupEvent happened, TimeSpan now, double jitter) => happened switch
    {
        GroupEvent.Prepared prepared => ApplyPrepared(state, prepared, now, jitter),
        GroupEvent.SettingsChanged changed => NextGeneration(WithSettings(state, changed.Settings, now), WorkerReason.SettingsChanged, now),
        // A failing step before a restart may have been mended by them, so it is tried at once.
        GroupEvent.SettingsAdapted adapted => WithLimits(WithSettings(state, adapted.Settings, now), state.Settings.Recycle) with { NeedsAdaptation = true, RetryAt = now },
        GroupEvent.RestartRequested restart when state.Phase == GroupPhase.Running => NextGeneration(state, restart.Reason, now),
        GroupEvent.HoldRequested when state.Phase == GroupPhase.Running => state with { Phase = GroupPhase.Stopped, StopReason = WorkerReason.Stopped },
        // The code may have changed in between: what starts is a new generation.
        GroupEvent.StartRequested when state.Phase == GroupPhase.Stopped =>
            NextGeneration(state, WorkerReason.RestartAsked, now) with { Phase = GroupPhase.Running },
        GroupEvent.DrainRequested drain => OnWorker(state, drain.Worker, static worker => worker with { LeaveReason = WorkerReason.DrainAsked }),
        GroupEvent.RecycleRequested recycle => OnWorker(state, recycle.Worker, static worker => worker with { IsRecycleAsked = worker.State == WorkerState.Ready }),
        GroupEvent.StopRequested stop => state with { Phase = GroupPhase.Stopping, StopReason = stop.Reason },
        GroupEvent.DrainTimePassed => state with { Workers = [.. state.Workers.Select(worker => worker.State == WorkerState.Draining ? worker with { Deadline = now } : worker)] },
        GroupEvent.KillRequested => state with { Phase = GroupPhase.Stopping, StopReason = WorkerReason.FrontDoorStopping, IsForced = true },
        GroupEvent.BootGranted granted => OnWorker(state, granted.Worker, worker => worker.State != WorkerState.Starting ? worker : worker with
        {
            Deadline = WorkerView.DeadlineAfter(now, state.Settings.Timeouts.Startup),
        }),
        GroupEvent.RoomChanged changed => OnWorker(state, changed.Worker, worker => worker with { LacksRoom = changed.IsLacking && worker.State == WorkerState.Starting }) with
        {
            // Nobody may wait for it any more.
            MeasureAt = changed.IsLacking && state.Settings.IsElastic ? NextSample(state, now) : state.MeasureAt,
        },
        GroupEvent.YieldAsked asked => OnWorker(state, asked.Worker, worker => worker.Rank < state.Settings.Processes ? worker : worker with
        {
            LeaveReason = WorkerReason.MadeRoom,
        }) with
        {
            // Requests that it leaves behind ask for another one.
            MeasureAt = state.Settings.IsElastic ? NextSample(state, now) : state.MeasureAt,
        },
        GroupEvent.WorkerDrained drained => OnWorker(state, drained.Worker, static worker => worker with { IsDrained = true }),
        GroupEvent.WorkerSuspected suspected => ApplySuspicion(state, suspected, now, jitter),
        GroupEvent.RequestDeadlinePassed passed => OnWorker(state, passed.Worker, static worker => worker with
        {
            ReplaceReason = WorkerReason.RequestDeadline,
        }),
        GroupEvent.DemandRose => state with { AskedAt = now, MeasureAt = NextSample(state, now) },
        GroupEvent.DemandMeasured measured => state with
        {
            Demand = measured.Demand,
            MeasuredAt = now,
            AskedAt = measured.Demand.Waiting > 0 ? now : state.AskedAt,
        },
        GroupEvent.ResponseFellSilent silent => OnWorker(state, silent.Worker, static worker => worker with { ReplaceReason = WorkerReason.ResponseSilence }),
        GroupEvent.WatchdogChecked looked => OnWorker(state, looked.Worker, worker => WatchdogPlan.Note(worker, looked.Silence, now)),
        GroupEvent.RequestsSpent spent => OnWorker(state, spent.Worker, worker => worker with
        {
            IsSpent = worker.IsSpent || spent.Leases >= RecyclePlan.MaxRequests(state.Settings.Recycle, worker.Spread),
        }),
        GroupEvent.MemorySampled sampled => OnWorker(state, sampled.Worker, worker => worker with
        {
            Memory = sampled.Bytes,
            SamplesOver = sampled.Bytes > state.Settings.Recycle.WorkerMemory ? worker.SamplesOver + 1 : 0,
        }),
        GroupEvent.MemoryKilled killed => OnWorker(state, killed.Worker, worker => worker with { MemoryKill = killed.Kill, MemoryKilledAt = now }),
        GroupEvent.Weighed weighed => OnWorker(state, weighed.Worker, worker => worker.ReplaceReason is not null ? worker : worker with
        {
            ReplaceReason = worker.RecycleReason,
            IsReplacedInPlace = !weighed.HasRoom,
        }),
        GroupEvent.WorkerReported reported => ApplyReport(state, reported.Fact, now, jitter),
        _ => state,
    };

    private static GroupState ApplySuspicion(GroupState state, GroupEvent.WorkerSuspected suspected, TimeSpan now, double jitter)
    {
        if (state.Find(suspected.Worker) is not { } before)
        {
            return state;
        }

        var worker = before with
        {
            SuspectUntil = now + SuspectTime,
            SuspectEpoch = suspected.Epoch,
            TimesDeaf = CountDeaf(before, suspected, now),
            DeafAt = suspected.HasNoListener ? now : before.DeafAt,
        };
        state = state.With(worker);
        // It will be replaced, and one that closes its listener after each boot would be for ever and at full speed.
        return worker is { State: WorkerState.Ready, IsDeaf: true } && !before.IsDeaf ? ApplyDeath(state, worker, DeafFailure(now - worker.Since), now, jitter) : state;
    }

    // What fails at the same moment counts once; what failed long ago says nothing of now.
    private static int CountDeaf(WorkerView worker, GroupEvent.WorkerSuspected suspected, TimeSpan now) =>
        !suspected.HasNoListener ? 0
        : worker.SuspectUntil is not null ? Math.Max(1, worker.TimesDeaf)
        : worker.DeafAt + DeafMemory > now ? worker.TimesDeaf + 1
        : 1;

    private static TimeSpan NextSample(GroupState state, TimeSpan now)
    {
        var next = state.MeasuredAt + DemandPlan.SampleInterval is { } allowed && allowed > now ? allowed : now;
        return state.MeasureAt is { } planned && planned < next ? planned : next;
    }

    // Workers that the old settings kept may be idle under the new ones, and no request would ask about them.
    private static GroupState WithSettings(GroupState state, ProcessGroupSettings settings, TimeSpan now) => state with
    {
        Settings = settings,
        MeasureAt = settings.IsElastic && state.Wanted > settings.Processes ? NextSample(state, now) : state.MeasureAt,
    };

    // What counted against the old limits says nothing about the new ones. Who is spent by those, too, is told again when the workers follow.
    private static GroupState WithLimits(GroupState state, RecycleSettings old) => state.Settings.Recycle == old ? state : state with
    {
        Workers = [.. state.Workers.Select(worker => worker with { IsSpent = false, SamplesOver = state.Settings.Recycle.WorkerMemory == old.WorkerMemory ? worker.SamplesOver : 0 })],
    };

    private static GroupState NextGeneration(GroupState state, WorkerReason reason, TimeSpan now) =>
        state.WithoutFailures(now) with { Generation = state.Generation + 1, RollReason = reason };

    private static GroupState ApplyPrepared(GroupState state, GroupEvent.Prepared prepared, TimeSpan now, double jitter)
    {
        state = state with { PreparingGeneration = 0, PreparingSteps = null };
        return prepared.Failure is not { } failure ? state with { PreparedGeneration = Math.Max(state.PreparedGeneration, prepared.Generation) }
            : prepared.Generation < state.Generation ? state
            : CountFailure(state, failure, now, jitter);
    }

    private static GroupState ApplyReport(GroupState state, WorkerEvent fact, TimeSpan now, double jitter)
    {
        if (state.Find(fact.Worker.Id) is not { } worker)
        {
            return state;
        }

        return fact switch
        {
            WorkerEvent.Spawned spawned => state.With(worker with { Pid = spawned.Pid, SpawnedAt = now }),
            WorkerEvent.Ready ready when worker.State == WorkerState.Starting => ApplyReady(state, worker, ready, now, jitter),
            WorkerEvent.StartFailed failed when worker.State == WorkerState.Starting =>
                CountFailure(Failed(state, worker, now), failed.Failure, now, jitter),
            WorkerEvent.Exited exited => ApplyExit(state, worker, exited, now, jitter),
            _ => state,
        };
    }

    private static GroupState ApplyReady(GroupState state, WorkerView worker, WorkerEvent.Ready ready, TimeSpan now, double jitter)
    {
        worker = WatchdogPlan.Start(worker.Enter(WorkerState.Ready, WorkerReason.BecameReady, now), ready.Watchdog, now);
        return state.With(worker with { Spread = RecyclePlan.Spread(worker.Rank, state.Settings.MaxProcesses, jitter) });
    }

    private static GroupState Failed(GroupState state, WorkerView worker, TimeSpan now) =>
        state.With(worker.Enter(WorkerState.Stopping, WorkerReason.StartFailed, now));

    private static GroupState ApplyExit(GroupState state, WorkerView worker, WorkerEvent.Exited exited, TimeSpan now, double jitter)
    {
        state = NoteExit(state.With(worker.Enter(WorkerState.Exited, ReasonOf(worker, exited), now) with { Exit = exited.Exit }), worker, exited, now);
        return worker is { State: WorkerState.Ready, IsDeaf: false } ? ApplyDeath(state, worker, DeathFailure(exited, now - worker.Since), now, jitter) : state;
    }

    private static GroupState NoteExit(GroupState state, WorkerView worker, WorkerEvent.Exited exited, TimeSpan now) => worker.Pid == 0 ? state : state with
    {
        Exits = state.Exits.SetItem(worker.Rank, new LastExit(worker.Pid, worker.Generation, ReasonOf(worker, exited), exited.Exit, now)),
    };

    private static WorkerReason ReasonOf(WorkerView worker, WorkerEvent.Exited exited) =>
        worker.State is not (WorkerState.Ready or WorkerState.Starting) ? worker.Reason
        : exited.Exit.MemoryKill is null ? WorkerReason.ExitedUnexpectedly
        : WorkerReason.OutOfMemory;

    private static GroupState ApplyDeath(GroupState state, WorkerView worker, SpawnFailure failure, TimeSpan now, double jitter)
    {
        state = CrashLoop.Note(state, worker, now);
        // A loop that is found is a failing group at once, not only after as many failures as starts may have.
        state = state.IsCrashLooping ? state with { Failures = Math.Max(state.Failures, GroupPlanner.FailuresUntilClosed - 1) } : state;
        return state.IsCrashLooping || failure.Elapsed < EarlyExit ? CountFailure(state, failure, now, jitter) : state;
    }

    private static SpawnFailure DeathFailure(WorkerEvent.Exited exited, TimeSpan uptime) => new(
        SpawnStep.Serve,
        $"it was ready and ended {uptime.TotalSeconds:0.0} s later: {exited.Exit}",
        exited.LastOutput,
        "read its last output; a worker has to stay after it said that it is ready",
        uptime);

    private static SpawnFailure DeafFailure(TimeSpan uptime) => new(
        SpawnStep.Serve,
        $"it was ready and did not listen any more {uptime.TotalSeconds:0.0} s later",
        [],
        "see what closed or removed its socket; a worker has to listen until it is told to stop",
        uptime);

    private static GroupState CountFailure(GroupState state, SpawnFailure failure, TimeSpan now, double jitter) => state with
    {
        Failures = state.Failures + 1,
        FailedAt = now,
        RetryAt = now + RestartBackoff.Delay(state.Failures + 1, jitter),
        LastFailure = failure,
    };

    private static GroupState OnWorker(GroupState state, int id, Func<WorkerView, WorkerView> change) =>
        state.Find(id) is { } worker ? state.With(change(worker)) : state;
}
