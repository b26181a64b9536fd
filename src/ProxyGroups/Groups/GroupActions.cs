using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// Starts what the planner wants done and never waits for it. Called only from the group's loop; results come back through <c>post</c>.
/// </summary>
internal sealed class GroupActions(ProcessGroup group, GroupHost host)
{
    private const double MebiByte = 1 << 20;

    private readonly Dictionary<int, WorkerLife> _lives = [];
    private readonly ILogger _logger = host.Loggers.CreateLogger(GroupLog.Category);
    private GroupState? _told;

    public void Start(GroupPlan plan, Action<GroupEvent> post)
    {
        foreach (var action in plan.Actions)
        {
            try
            {
                Start(action, plan.State, post);
            }
#pragma warning disable CA1031 // The plan counts on every one of its actions: one that fails must not take the others with it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.ActionFailed(group.Name, action, exception);
            }
        }

        Tell(plan);
    }

    private void Tell(GroupPlan plan)
    {
        foreach (var entry in StateChanges.Between(_told, plan))
        {
            host.History.Add(entry);
            var text = entry.Kind == HistoryKind.Worker ? $"{entry.State}: {entry.Text}" : entry.Text;
            host.Logs.Kept.Add(group.Name, entry.Rank, entry.Generation, entry.Pid, KeptLine.OwnStream, text);
        }

        _told = plan.State;
    }

    private void Start(GroupAction action, GroupState state, Action<GroupEvent> post)
    {
        switch (action)
        {
            case GroupAction.Prepare prepare:
                group.Preparing = PrepareAsync(prepare.Generation, post);
                break;
            case GroupAction.EndPreparation:
                group.EndPreparation();
                break;
            case GroupAction.Spawn spawn:
                var life = new WorkerLife(group, host, new WorkerIdentity(group.Name, spawn.Worker, spawn.Rank, spawn.Generation), post);
                _lives[spawn.Worker] = life;
                life.Begin();
                break;
            case GroupAction.FailStart fail:
                _lives[fail.Worker].FailStart();
                break;
            case GroupAction.Adapt:
                AdaptWorkers(state);
                break;
            case GroupAction.Offer offer:
                Offer(_lives[offer.Worker], state);
                break;
            case GroupAction.Restore restore:
                _logger.WorkerRestored(_lives[restore.Worker].Identity, _lives[restore.Worker].Pid);
                group.Scheduler.Restore(restore.Worker, restore.Epoch);
                break;
            case GroupAction.Drain drain:
                _logger.WorkerDrains(_lives[drain.Worker].Identity, _lives[drain.Worker].Pid, drain.Reason.ToPhrase());
                _lives[drain.Worker].Leave(drain.Reason);
                group.Scheduler.Drain(drain.Worker);
                break;
            case GroupAction.Stop stop:
                _lives[stop.Worker].Stop();
                break;
            case GroupAction.Kill kill:
                _logger.WorkerKilled(_lives[kill.Worker].Identity, _lives[kill.Worker].Pid, kill.Reason.ToPhrase());
                _lives[kill.Worker].Kill();
                break;
            case GroupAction.Weigh weigh:
                Weigh(_lives[weigh.Worker], weigh.Reason, post);
                break;
            case GroupAction.CheckWatchdog check:
                CheckWatchdog(_lives[check.Worker], state.Find(check.Worker)!, post);
                break;
            case GroupAction.DumpStacks dump:
                DumpStacks(_lives[dump.Worker]);
                break;
            case GroupAction.Measure:
                post(new GroupEvent.DemandMeasured(group.MeasureDemand()));
                break;
            case GroupAction.Remove remove:
                Remove(remove);
                break;
            case GroupAction.Gate gate:
                MoveGate(gate, state);
                break;
            case GroupAction.Finish:
                group.Scheduler.Close(TimeSpan.FromSeconds(1));
                break;
        }
    }

    private async Task PrepareAsync(int generation, Action<GroupEvent> post)
    {
        var failure = await new GroupPreparation(group, host, _logger, group.BeginPreparation()).RunAsync(generation);
        if (failure is not null)
        {
            _logger.PreparationFailed(group.Name, generation, failure.Elapsed.TotalSeconds, failure.Cause.TrimEnd('.'), failure.Remedy.TrimEnd('.'), failure.OutputForLog);
        }

        post(new GroupEvent.Prepared(generation, failure));
    }

    private void Offer(WorkerLife life, GroupState state)
    {
        var worker = life.ToServing(state.Settings.Serves ? state.Settings.Threads : 0);
        worker.Connection = worker.Threads > 0 ? host.Connector.Connect(worker, state.Settings) : null;
        group.Offer(worker);
        Limit(life, state.Settings.Recycle, state.Find(life.Identity.Id)!.Spread);
        life.WatchMemoryKills();
        _logger.WorkerReady(life.Identity, life.Pid);
    }

    private void AdaptWorkers(GroupState state)
    {
        group.AdaptWorkers(state);
        foreach (var worker in state.Workers.Where(static worker => worker.IsOffered))
        {
            Limit(_lives[worker.Id], state.Settings.Recycle, worker.Spread);
        }

        // Not before: who reads it may count on it.
        _logger.GroupAdapted(group.Name);
    }

    private void Limit(WorkerLife life, RecycleSettings limits, double spread)
    {
        group.Scheduler.LimitLeases(life.Identity.Id, RecyclePlan.MaxRequests(limits, spread));
        life.WatchMemory(limits.WorkerMemory);
    }

    private void Weigh(WorkerLife life, WorkerReason reason, Action<GroupEvent> post) => host.Memory.Weigh(life.Pid, () => host.Cgroups?.MemoryRoomOf(group.Name), room =>
    {
        var (used, available) = (room.Used / MebiByte, room.Available / MebiByte);
        if (room.IsEnough)
        {
            _logger.WorkerRecycled(life.Identity, life.Pid, reason.ToPhrase(), used);
        }
        else
        {
            _logger.WorkerRecycledInPlace(life.Identity, life.Pid, reason.ToPhrase(), used, available, room.IsOfGroup ? "its group or application group (Group:Memory)" : "the machine");
        }

        post(new GroupEvent.Weighed(life.Identity.Id, room.IsEnough));
    });

    private void CheckWatchdog(WorkerLife life, WorkerView worker, Action<GroupEvent> post)
    {
        var silence = life.Silence;
        if (silence >= worker.Watchdog)
        {
            _logger.WorkerSilent(life.Identity, life.Pid, silence.TotalSeconds, life.HasBeaten
                ? "native code may hold its interpreter lock, or the machine starves it"
                : "it never said WATCHDOG=1: if the program cannot, set Timeouts:Watchdog to \"off\"");
        }

        post(new GroupEvent.WatchdogChecked(life.Identity.Id, silence));
    }

    private void DumpStacks(WorkerLife life)
    {
        if (life.DumpStacks())
        {
            _logger.StacksAsked(life.Identity, life.Pid);
        }
    }

    private void Remove(GroupAction.Remove gone)
    {
        var connection = group.FindServing(gone.Worker)?.Connection;
        group.Remove(gone.Worker);
        _lives.Remove(gone.Worker, out var life);
        life!.Dispose();
        host.Cgroups?.Sweep();
        if (gone.Exit != WorkerExit.NeverStarted)
        {
            host.Meter?.CountExit(group.Name, gone.Reason.ToString());
        }

        if (gone.Reason is WorkerReason.ExitedUnexpectedly or WorkerReason.OutOfMemory)
        {
            _logger.WorkerDied(life.Identity, life.Pid, gone.Exit);
        }
        else
        {
            _logger.WorkerEnded(life.Identity, life.Pid, gone.Exit, gone.Reason.ToPhrase());
        }

        connection?.Dispose();
    }

    private void MoveGate(GroupAction.Gate gate, GroupState state)
    {
        if (gate.IsClosed)
        {
            if (state.Phase == GroupPhase.Running)
            {
                _logger.GroupClosed(group.Name, state.Failures, state.LastFailure, gate.RetryAfter.TotalSeconds);
            }

            group.Scheduler.Close(gate.RetryAfter);
        }
        else
        {
            _logger.GroupOpened(group.Name);
            group.Scheduler.Open();
        }
    }
}
