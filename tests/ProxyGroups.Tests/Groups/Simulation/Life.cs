using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>
/// One seeded life of a machine: a stormy part in which everything goes wrong, then no new faults, until every group is what it
/// should be; then the end.
/// </summary>
internal sealed class Life(int seed) : IDisposable
{
    private const int StormySteps = 2_000;

    // Requests per second: enough to keep workers of a slot or two from being idle.
    private const double Crowd = 8;

    // Rank by rank, each may have to wait for a start, a drain, a stop and a process that lingers; and a failing group is tried every 30 s.
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromMinutes(30);
    // Each of two others may first have its turn, and what hangs ends by its timers; a failing group is tried every 30 s.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(5);

    // Others' faults must never touch a group to which nothing happens, but where the whole machine stands still.
    private readonly bool _sleeps = seed % 2 == 0;
    private readonly bool _setsClock = seed % 3 == 0;
    private readonly Machine _machine = new(seed, groups: 3);

    public TimeSpan Now => _machine.Now;

    public string Story => _machine.Story;

    public string States => string.Join("\n", _machine.Groups.Select(static group => $"{group.State}\n  {string.Join("\n  ", group.State.Workers)}"));

    public void Run()
    {
        foreach (var group in _machine.Groups)
        {
            group.Post(new GroupEvent.Started());
            group.Clients.Arrive();
            new SimulatedOperator(group, _machine).Act();
        }

        Storm();
        Serve();
        Recover();
        End();
    }

    public void Dispose() => _machine.Dispose();

    private void Storm()
    {
        for (var step = 0; step < StormySteps; step++)
        {
            if (_sleeps && _machine.Random.Next(1000) == 0)
            {
                _machine.Sleep(_machine.Random.Next(3) == 0 ? _machine.Between(60, 7200) : _machine.Between(0, 60));
            }

            if (_setsClock && _machine.Random.Next(500) == 0)
            {
                _machine.SetClock(_machine.Between(-1, 1) * _machine.Between(0, 1e8));
            }

            _machine.Step(TimeSpan.MaxValue);
        }
    }

    // What runs hangs on, what was broken stays so; nothing else breaks. However busy the others are, each group gets its turn.
    private void Serve()
    {
        _machine.IsCalm = true;
        foreach (var group in _machine.Groups)
        {
            group.Clients.Rate = Crowd;
            group.Scheduler.Resume();
        }

        var before = _machine.Groups.ToDictionary(static group => group, static group => group.Clients.Served);
        Until(() => _machine.Groups.All(group => group.Clients.Served > before[group] || !CanServe(group)), LongestTurn, "a group that is asked serves nobody");
    }

    // One without a queue is not started by a request that finds nobody.
    private static bool CanServe(SimulatedGroup group) => group.State.Phase == GroupPhase.Running && (group.Settings.Queue.Limit > 0 || group.Settings.Processes > 0);

    private void Recover()
    {
        foreach (var group in _machine.Groups)
        {
            group.Clients.Rate = 0;
        }

        // Not all at the same time: those that recycle are whole now and then.
        var broken = _machine.Groups.ToList();
        Until(() => broken.RemoveAll(IsWhole) >= 0 && broken.Count == 0, LongestRecovery, "not all groups came to what they should be");
        Until(_machine.Caps.AreKept, LongestRecovery, "more runs than the caps allow");
    }

    private void End()
    {
        foreach (var group in _machine.Groups)
        {
            group.Clients.Ask(isRetry: false);
            group.Post(_machine.Random.Next(4) == 0 ? new GroupEvent.KillRequested() : new GroupEvent.StopRequested(WorkerReason.FrontDoorStopping));
        }

        Until(() => _machine.Groups.All(static group => group.IsGone && group.Clients.Held.Count == 0 && group.Clients.Waiting == 0), LongestEnd, "not all groups, and all that they held, ended");
        _machine.Boots.CheckAllAreFree();
        _machine.Caps.CheckAllAreFree();
    }

    private void Until(Func<bool> isSo, TimeSpan limit, string otherwise)
    {
        var until = _machine.Now + limit;
        while (!isSo())
        {
            Assert.True(_machine.Step(until), otherwise);
        }
    }

    // As many ready workers as wanted, no others but those beyond what always runs that find no room and are never idle, every slot free,
    // nothing that failed left to be shown.
    private static bool IsWhole(SimulatedGroup group)
    {
        var state = group.State;
        if (state.Phase == GroupPhase.Stopped)
        {
            return state.Workers.IsEmpty;
        }

        var scheduler = group.Scheduler.Snapshot();
        var isNeverIdle = state.Settings.Timeouts.Idle == Timeout.InfiniteTimeSpan;
        return state.Wanted == (isNeverIdle ? state.Wanted : state.Settings.Processes)
            && state.Workers.Length == state.Wanted
            && (state.Wanted == 0 || !state.NeedsPreparation)
            && state is { Failures: 0, IsClosed: false }
            && state.Workers.All(worker => (worker.State == WorkerState.Ready || (worker.LacksRoom && isNeverIdle)) && RollPlan.IsCurrent(state, worker))
            && state.Workers.Count(static worker => worker.State == WorkerState.Ready) >= state.Settings.Processes
            && scheduler.QueueLength == 0
            && scheduler.Workers.All(worker => worker.Busy == 0 && worker.Capacity == state.Settings.Threads && worker.State == WorkerSlotsState.Ready);
    }
}
