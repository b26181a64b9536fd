using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>A group whose workers follow the demand: started by requests, retired when idle. One slot per worker, at most three, idle after 60 s.</summary>
public sealed class DemandPlanTests
{
    private static readonly GroupEvent Asked = new GroupEvent.DemandRose();

    [Fact]
    public void A_group_without_a_minimum_starts_with_the_first_request_only()
    {
        var script = Elastic(least: 0).Start();
        Assert.Empty(script.Started);
        Assert.Null(script.WakeUp);
        Assert.True(script.State.IsIdle);
        Assert.Equal([new GroupAction.Measure()], script.After(100).On(Asked).Started);
        Assert.Equal([new GroupAction.Spawn(1, 0, 1)], script.Measured(waiting: 1).Started);
    }

    [Fact]
    public void It_is_not_prepared_before_that_either()
    {
        var script = Elastic(least: 0).Start().On(new GroupEvent.SettingsChanged(Settings(least: 0)));
        Assert.Empty(script.Started);
        Assert.Equal([new GroupAction.Prepare(2)], script.On(Asked).Measured(waiting: 1).Started);
    }

    [Fact]
    public void Workers_that_boot_are_not_started_twice()
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 2);
        Assert.Equal(2, script.Started.Count);
        Assert.Empty(script.After(0.1).On(Asked).Measured(waiting: 2).Started);
        Assert.Equal([new GroupAction.Spawn(3, 2, 1)], script.After(0.1).On(Asked).Measured(waiting: 3).Started);
        Assert.Empty(script.After(0.1).On(Asked).Measured(waiting: 30).Started);
    }

    [Fact]
    public void However_many_requests_begin_to_wait_the_scheduler_is_asked_ten_times_per_second_at_most()
    {
        var script = Elastic(least: 1).Start().Boot(1).After(10).On(Asked).Measured(busy: 1, waiting: 1);
        Assert.Equal(script.Now + DemandPlan.SampleInterval, script.WakeUp);
        Assert.Empty(script.After(0.05).On(Asked).Started);
        Assert.Equal([new GroupAction.Measure()], script.After(0.05).Tick().Started);
        Assert.Equal([new GroupAction.Spawn(2, 1, 1)], script.Measured(busy: 1, waiting: 1, oldestWait: 0.1).Started);
    }

    [Fact]
    public void A_request_that_begins_to_wait_while_the_scheduler_is_asked_is_not_forgotten()
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 1).Boot(1).After(60).Tick();
        Assert.Equal([new GroupAction.Measure()], script.Started);
        Assert.Equal([new GroupAction.Measure()], script.On(Asked).Started);
        // The answers to both, and between them one more that begins to wait.
        script.Measured(busy: 1).On(Asked).Measured(busy: 1);
        Assert.Equal(script.Now + DemandPlan.SampleInterval, script.WakeUp);
    }

    [Fact]
    public void A_fixed_number_of_workers_asks_nothing_when_it_ends_its_boot()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).After(3600).Tick();
        Assert.Empty(script.Started);
        Assert.Null(script.WakeUp);
    }

    [Fact]
    public void Idle_workers_retire_highest_rank_first_and_the_last_too_without_a_minimum()
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 3).Boot(1, 2, 3).After(60).Tick();
        Assert.Equal([new GroupAction.Drain(3, WorkerReason.Idle)], script.Measured(idle: [(1, 2), (2, 50), (3, 60)]).Started);
        Assert.Equal(script.Now + TimeSpan.FromSeconds(10), script.WakeUp);
        Assert.Equal([new GroupAction.Measure()], script.On(new GroupEvent.WorkerDrained(3)).Exited(3).After(10).Tick().Started);
        script.Measured(idle: [(1, 70), (2, 60)]);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.Idle), new GroupAction.Drain(2, WorkerReason.Idle)], script.Started);
        Assert.Equal(0, script.State.Wanted);
    }

    [Fact]
    public void The_minimum_stays()
    {
        var script = Elastic(least: 1).Start().Boot(1).On(Asked).Measured(busy: 1, waiting: 1, oldestWait: 1).Boot(2).After(60).Tick();
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.Idle)], script.Measured(idle: [(1, 60), (2, 60)]).Started);
        script.On(new GroupEvent.WorkerDrained(2)).Exited(2);
        Assert.Null(script.WakeUp);
    }

    [Fact]
    public void A_busy_worker_of_the_highest_rank_is_looked_at_again_after_the_idle_time()
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 1).Boot(1).After(60).Tick();
        Assert.Empty(script.Measured(busy: 1).Started);
        Assert.Equal(script.Now + TimeSpan.FromSeconds(60), script.WakeUp);
    }

    [Fact]
    public void A_request_that_comes_while_the_last_worker_drains_gets_a_new_one()
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 1).Boot(1).After(60).Tick().Measured(idle: (1, 60));
        Assert.Equal(WorkerState.Draining, script.State.Find(1)!.State);
        Assert.Equal([new GroupAction.Measure()], script.After(1).On(Asked).Started);
        Assert.Equal([new GroupAction.Spawn(2, 0, 1)], script.Measured(waiting: 1).Started);
    }

    [Fact]
    public void A_rank_stays_idle_while_the_successor_of_its_worker_boots()
    {
        var script = Recycled(idleFor: 60);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.Idle), new GroupAction.Stop(2, WorkerReason.Idle)], script.Measured(idle: (1, 60)).Started);
    }

    [Fact]
    public void A_successor_that_boots_is_not_idle_after_a_request_waited()
    {
        var script = Recycled(idleFor: 50).On(Asked).Measured(waiting: 1).After(10).Tick();
        Assert.Empty(script.Measured(idle: (1, 60)).Started);
        Assert.Equal(script.Now + TimeSpan.FromSeconds(50), script.State.MeasureAt);
    }

    [Fact]
    public void Idle_off_keeps_what_was_started()
    {
        var script = Elastic(least: 0, idle: Timeout.InfiniteTimeSpan).Start().On(Asked).Measured(waiting: 1).Boot(1).After(1).Tick().Measured().After(3600);
        Assert.Empty(script.Measured(idle: (1, 3600)).Started);
        Assert.Null(script.WakeUp);
    }

    [Fact]
    public void A_start_that_fails_is_given_up_when_nobody_has_asked_for_the_idle_time_and_then_as_new()
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 1).Fail(1).After(5).Tick().Fail(2);
        Assert.True(script.State.IsClosed);
        script.After(55).Measured();
        Assert.Equal((0, false, 0), (script.State.Wanted, script.State.IsClosed, script.State.Failures));
        Assert.Null(script.WakeUp);
        Assert.Equal([new GroupAction.Spawn(3, 0, 1)], script.On(Asked).Measured(waiting: 1).Started);
    }

    [Fact]
    public void A_preparation_that_fails_when_nobody_asks_any_more_is_no_failure_of_the_group()
    {
        var script = Elastic(least: 0).Start().On(new GroupEvent.SettingsChanged(Settings(least: 0))).On(Asked).Measured(waiting: 1).After(60).Measured();
        Assert.Equal((0, 2), (script.State.Wanted, script.State.PreparingGeneration));
        script.On(new GroupEvent.Prepared(2, new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero)));
        Assert.Equal((0, false), (script.State.Failures, script.State.IsClosed));
        Assert.Equal([new GroupAction.Prepare(2)], script.On(Asked).Measured(waiting: 1).Started);
    }

    [Fact]
    public void Failures_are_forgotten_when_the_worker_that_could_not_start_is_not_wanted_any_more()
    {
        var script = Elastic(least: 1).Start().Boot(1).After(1).On(Asked).Measured(busy: 1, waiting: 1, oldestWait: 1).Fail(2).After(60).Measured();
        Assert.Equal((1, 1), (script.State.Wanted, script.State.Failures));
        Assert.Equal(0, script.After(5).Tick().State.Failures);
    }

    [Fact]
    public void A_smaller_minimum_lets_idle_workers_go_although_no_request_waits()
    {
        var script = new PlannerScript(Settings(least: 3)).Start().Boot(1, 2, 3).After(100).On(new GroupEvent.SettingsAdapted(Settings(least: 1)));
        Assert.Contains(new GroupAction.Measure(), script.Started);
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.Idle), new GroupAction.Drain(3, WorkerReason.Idle)], script.Measured(idle: [(1, 100), (2, 100), (3, 100)]).Started);
    }

    [Fact]
    public void An_idle_time_that_is_set_while_the_group_runs_counts()
    {
        var script = Elastic(least: 0, idle: Timeout.InfiniteTimeSpan).Start().On(Asked).Measured(waiting: 1).Boot(1).After(1).Tick().Measured().After(1);
        Assert.Contains(new GroupAction.Measure(), script.On(new GroupEvent.SettingsAdapted(Settings(least: 0))).Started);
        Assert.Equal(script.Now + TimeSpan.FromSeconds(59), script.Measured(idle: (1, 1)).WakeUp);
    }

    [Fact]
    public void A_smaller_maximum_retires_what_is_above_it_at_once()
    {
        var script = Elastic(least: 1).Start().Boot(1).On(Asked).Measured(busy: 1, waiting: 2, oldestWait: 1).Boot(2, 3);
        script.On(new GroupEvent.SettingsChanged(Settings(least: 1) with { MaxProcesses = 2 }));
        Assert.Contains(new GroupAction.Drain(3, WorkerReason.ScaledDown), script.Started);
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Drain { Worker: not 3 });
    }

    private static PlannerScript Elastic(int least, TimeSpan? idle = null) => new(Settings(least, idle));

    // Its successor boots beside it.
    private static PlannerScript Recycled(int idleFor)
    {
        var script = Elastic(least: 0).Start().On(Asked).Measured(waiting: 1).Boot(1).After(idleFor).On(new GroupEvent.RecycleRequested(1)).On(new GroupEvent.Weighed(1, HasRoom: true));
        Assert.Contains(new GroupAction.Spawn(2, 0, 1), script.Started);
        return script.Granted(2);
    }

    private static ProcessGroupSettings Settings(int least, TimeSpan? idle = null) => new()
    {
        Processes = least,
        MaxProcesses = 3,
        Threads = 1,
        Timeouts = new TimeoutSettings { Idle = idle ?? TimeSpan.FromSeconds(60) },
    };
}
