using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// Decides what a process group does next: a pure function over <see cref="GroupState"/>. Rules are added here, never to the loop.
/// </summary>
/// <remarks>
/// Invariants: a rank has at most one worker of the newest generation that is starting or ready; an old worker drains only when its
/// successor is ready, MaxUnavailable spares it, or the group stops (<see cref="RollPlan"/>); every state but Ready ends by an event or at its deadline.
/// </remarks>
internal sealed class GroupPlanner
{
    /// <summary>From this many failed starts in a row, with nobody ready, requests are refused instead of kept waiting.</summary>
    internal const int FailuresUntilClosed = 2;

    // Nobody knows when it is started again; this often is often enough to ask.
    private static readonly TimeSpan StoppedRetryAfter = TimeSpan.FromSeconds(30);

    private readonly List<GroupAction> _actions = [];
    private readonly TimeSpan _now;
    private GroupState _state;

    private GroupPlanner(GroupState state, TimeSpan now)
    {
        _state = state;
        _now = now;
    }

    public static GroupPlan Plan(GroupState state, TimeSpan now)
    {
        var planner = new GroupPlanner(state, now);
        planner.ForgetFailuresAfterStableUptime();
        planner.FollowDemand();
        planner.Prepare();
        planner.Adapt();
        planner.Offer();
        foreach (var worker in planner._state.Workers)
        {
            planner.Advance(worker);
        }

        planner.Recycle();
        planner.FillRanks();
        planner.MoveGate();
        planner.Finish();
        return new GroupPlan(planner._state, planner._actions, planner.NextWakeUp());
    }

    private bool IsRunning => _state.Phase == GroupPhase.Running;

    private void ForgetFailuresAfterStableUptime()
    {
        if (StableAt() <= _now)
        {
            _state = _state.WithoutFailures(_now);
        }
    }

    // When the failures will be disproved; null: there are none, or nobody can: a worker that was ready before them says nothing while another is missing and may be tried.
    private TimeSpan? StableAt() => _state.Failures == 0 ? null : _state.Workers
        .Where(worker => IsCurrent(worker) && worker.State == WorkerState.Ready && (worker.Since >= _state.FailedAt || RollPlan.IsWhole(_state)))
        .Min(worker => (TimeSpan?)((worker.Since > _state.FailedAt ? worker.Since : _state.FailedAt) + RestartBackoff.StableUptime));

    private void FollowDemand()
    {
        _state = DemandPlan.Follow(_state, _now);
        if (IsRunning && _state.MeasureAt <= _now)
        {
            _state = _state with { MeasureAt = null };
            _actions.Add(new GroupAction.Measure());
        }
    }

    // Not for a group that nobody asks for. One that runs goes on over a restart: a half migration is worse than a late one; but a step that hangs
    // must not keep those waiting that have taken its place.
    private void Prepare()
    {
        if (IsRunning && _state.Wanted > 0 && _state.NeedsPreparation && _state.PreparingGeneration == 0 && _now >= _state.RetryAt)
        {
            _state = _state with { PreparingGeneration = _state.Generation, PreparingSteps = _state.Settings.Restart.Before };
            _actions.Add(new GroupAction.Prepare(_state.Generation));
        }
        else if (_state.PreparingSteps is { } steps && (_state.Phase == GroupPhase.Stopped || !steps.Equals(_state.Settings.Restart.Before)))
        {
            _state = _state with { PreparingSteps = null };
            _actions.Add(new GroupAction.EndPreparation());
        }
    }

    // What needs no restart reaches the workers that run.
    private void Adapt()
    {
        if (_state.NeedsAdaptation)
        {
            _state = _state with { NeedsAdaptation = false };
            _actions.Add(new GroupAction.Adapt());
        }
    }

    // Before anybody drains: a successor takes over without a gap.
    private void Offer()
    {
        foreach (var worker in _state.Workers.Where(static worker => worker is { State: WorkerState.Ready, IsOffered: false }))
        {
            _actions.Add(new GroupAction.Offer(worker.Id));
            _state = _state.With(worker with { IsOffered = true });
        }
    }

    private void Advance(WorkerView worker)
    {
        switch (worker.State)
        {
            case WorkerState.Starting:
                AdvanceStarting(worker);
                break;
            case WorkerState.Ready:
                AdvanceReady(worker);
                break;
            case WorkerState.Draining:
                AdvanceDraining(worker);
                break;
            case WorkerState.Stopping:
                AdvanceStopping(worker);
                break;
            case WorkerState.Exited:
                _actions.Add(new GroupAction.Remove(worker.Id, worker.Reason, worker.Exit));
                _state = _state.Without(worker);
                break;
        }
    }

    // Starting => Ready | Stopping | Exited, all by events, but for the two below.
    private void AdvanceStarting(WorkerView worker)
    {
        if (UnwantedReason(worker) is { } reason)
        {
            Stop(worker, reason);
        }
        else if (IsOver(worker))
        {
            _actions.Add(new GroupAction.FailStart(worker.Id));
            _state = _state.With(worker with { Deadline = null });
        }
    }

    // Ready => Draining | Exited
    private void AdvanceReady(WorkerView worker)
    {
        if (worker.SuspectUntil <= _now && worker.IsDeaf)
        {
            Drain(worker with { SuspectUntil = null }, WorkerReason.StoppedListening);
            return;
        }

        if (worker.SuspectUntil <= _now)
        {
            _actions.Add(new GroupAction.Restore(worker.Id, worker.SuspectEpoch));
            worker = worker with { SuspectUntil = null };
        }

        if (worker is { ReplaceReason: WorkerReason.RequestDeadline or WorkerReason.ResponseSilence, IsDumped: false })
        {
            _actions.Add(new GroupAction.DumpStacks(worker.Id));
            worker = worker with { IsDumped = true };
        }

        worker = WatchdogPlan.Look(worker, _now, _actions);
        _state = _state.With(worker);
        if (worker.SilentPeriods > 0)
        {
            Drain(worker, WorkerReason.Unresponsive);
        }
        else if (UnwantedReason(worker) is { } reason)
        {
            Drain(worker, reason);
        }
    }

    // Draining => Stopping | Exited
    private void AdvanceDraining(WorkerView worker)
    {
        worker = WatchdogPlan.Look(worker, _now, _actions);
        _state = _state.With(worker);
        if (worker.IsDrained)
        {
            Stop(worker, WorkerReason.Drained);
        }
        else if (worker.SilentPeriods >= WatchdogPlan.Hopeless)
        {
            _actions.Add(new GroupAction.DumpStacks(worker.Id));
            _actions.Add(new GroupAction.Kill(worker.Id, WorkerReason.Unresponsive));
            _state = _state.With(worker.Enter(WorkerState.Stopping, WorkerReason.Unresponsive, _now) with { IsKilled = true });
        }
        else if (IsOver(worker))
        {
            _actions.Add(new GroupAction.DumpStacks(worker.Id));
            Stop(worker, WorkerReason.DrainTimeout);
        }
    }

    // Stopping => Exited
    private void AdvanceStopping(WorkerView worker)
    {
        var atOnce = worker.Reason == WorkerReason.StartFailed;
        if (!worker.IsKilled && (atOnce || IsOver(worker)))
        {
            if (!atOnce && !_state.IsForced)
            {
                _actions.Add(new GroupAction.DumpStacks(worker.Id));
            }

            _actions.Add(new GroupAction.Kill(worker.Id, atOnce ? WorkerReason.StartFailed : WorkerReason.StopTimeout));
            _state = _state.With(worker with { IsKilled = true, Deadline = null });
        }
    }

    private void Drain(WorkerView worker, WorkerReason reason)
    {
        _actions.Add(new GroupAction.Drain(worker.Id, reason));
        _state = RollPlan.NameHeir(_state.With(worker.Enter(WorkerState.Draining, reason, _now, _state.Settings.Timeouts.Drain)), worker.Rank);
    }

    private void Stop(WorkerView worker, WorkerReason reason)
    {
        _actions.Add(new GroupAction.Stop(worker.Id, reason));
        _state = _state.With(worker.Enter(WorkerState.Stopping, reason, _now, _state.Settings.Timeouts.Stop));
    }

    // Why a worker should leave now; null: it stays, perhaps because its successor is not ready yet.
    private WorkerReason? UnwantedReason(WorkerView worker)
    {
        if (!IsRunning)
        {
            return _state.StopReason;
        }

        if (worker.LeaveReason is not null)
        {
            return worker.LeaveReason;
        }

        if (worker.Rank >= _state.Wanted)
        {
            return worker.Rank < _state.Settings.MaxProcesses ? WorkerReason.Idle : WorkerReason.ScaledDown;
        }

        var reason = worker.ReplaceReason ?? (worker.Generation < _state.Generation ? _state.RollReason : null);
        return reason is not null && (worker.State == WorkerState.Starting || RollPlan.MayLeave(_state, worker)) ? reason : null;
    }

    private bool IsCurrent(WorkerView worker) => RollPlan.IsCurrent(_state, worker);

    private bool IsOver(WorkerView worker) => worker.Deadline <= _now || _state.IsForced;

    private void Recycle()
    {
        if (IsRunning && RecyclePlan.Next(_state, _now) is { } due)
        {
            _actions.Add(new GroupAction.Weigh(due.Worker.Id, due.Reason));
            _state = _state.With(due.Worker with { RecycleReason = due.Reason });
        }
    }

    private void FillRanks()
    {
        if (!IsRunning || _state.NeedsPreparation || _now < _state.RetryAt)
        {
            return;
        }

        foreach (var rank in RanksToStart().ToList())
        {
            Spawn(rank);
        }
    }

    // After a failure one start at a time shows whether it works again. One that finds no room shows nothing, perhaps for ever.
    private IEnumerable<int> RanksToStart()
    {
        var ranks = RollPlan.RanksToStart(_state);
        if (_state.Failures == 0)
        {
            return ranks;
        }

        return _state.Workers.Any(worker => IsCurrent(worker) && worker is { State: WorkerState.Starting, LacksRoom: false }) ? [] : ranks.Take(1);
    }

    private void Spawn(int rank)
    {
        var worker = new WorkerView { Id = _state.NextWorkerId, Rank = rank, Generation = _state.Generation, Since = _now };
        _actions.Add(new GroupAction.Spawn(worker.Id, rank, worker.Generation));
        _state = _state with { NextWorkerId = worker.Id + 1, Workers = _state.Workers.Add(worker) };
    }

    private void MoveGate()
    {
        var stopped = _state.Phase == GroupPhase.Stopped;
        var removed = !IsRunning && _state.StopReason == WorkerReason.GroupRemoved;
        var failing = IsRunning ? _state.Failures >= FailuresUntilClosed && !_state.HasReadyWorker : _state.IsClosed;
        var isClosed = removed || stopped || failing;
        if (isClosed != _state.IsClosed || (failing && IsRunning && _state.RetryAt > _state.ClosedUntil))
        {
            _state = _state with { IsClosed = isClosed, ClosedUntil = failing ? _state.RetryAt : TimeSpan.Zero };
            _actions.Add(new GroupAction.Gate(_state.IsClosed, stopped ? StoppedRetryAfter : failing && _state.RetryAt > _now ? _state.RetryAt - _now : TimeSpan.Zero));
        }
    }

    private void Finish()
    {
        if (_state.Phase == GroupPhase.Stopping && _state.Workers.IsEmpty && !_state.IsFinished)
        {
            _state = _state with { IsFinished = true };
            _actions.Add(new GroupAction.Finish());
        }
    }

    private TimeSpan? NextWakeUp()
    {
        if (_state.IsForced && _state.Workers.Any(static worker => !worker.IsKilled))
        {
            return _now;
        }

        var times = _state.Workers.Select(static worker => worker.Deadline)
            .Concat(_state.Workers.Where(static worker => worker.State == WorkerState.Ready).Select(static worker => worker.SuspectUntil))
            .Concat(_state.Workers.Where(static worker => worker.State is WorkerState.Ready or WorkerState.Draining).Select(static worker => worker.WatchdogAt))
            .Append(StableAt());
        if (IsRunning)
        {
            times = times.Append(_state.MeasureAt).Append(RecyclePlan.NextWakeUp(_state, _now)).Append(_state.Wanted > 0 && _state.RetryAt > _now ? _state.RetryAt : null);
        }

        return times.Min();
    }
}
