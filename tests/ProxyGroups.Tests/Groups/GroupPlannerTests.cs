using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>Decision tables of the planner: what happened, hence what is started.</summary>
public sealed class GroupPlannerTests
{
    private static readonly GroupEvent.WorkerSuspected Deaf = new(1, Epoch: 4, HasNoListener: true);

    private static readonly ProcessGroupSettings Other = new() { Processes = 1, MaxProcesses = 1, Threads = 7 };

    [Fact]
    public void How_the_last_worker_of_a_rank_ended_and_when_this_one_began_is_kept()
    {
        var script = new PlannerScript().Start().Granted(1).After(2).Spawned(1);
        Assert.Equal(TimeSpan.FromSeconds(2), script.State.Find(1)!.SpawnedAt);
        Assert.Empty(script.State.Exits);
        script.Ready(1).After(3).Exited(1, 137).Boot(2);
        Assert.Equal(new LastExit(1001, 1, WorkerReason.ExitedUnexpectedly, new WorkerExit(137), TimeSpan.FromSeconds(5)), Assert.Single(script.State.Exits).Value);
        script.After(9).Exited(2, 1);
        Assert.Equal(1002, Assert.Single(script.State.Exits).Value.Pid);
    }

    [Fact]
    public void A_started_group_spawns_one_worker_per_rank()
    {
        var script = new PlannerScript(processes: 3).Start();
        Assert.Equal([new GroupAction.Spawn(1, 0, 1), new GroupAction.Spawn(2, 1, 1), new GroupAction.Spawn(3, 2, 1)], script.Started);
        Assert.Empty(script.Tick().Started);
    }

    [Fact]
    public void A_ready_worker_is_offered_once()
    {
        var script = new PlannerScript().Start().Boot(1);
        Assert.Equal([new GroupAction.Offer(1)], script.Started);
        Assert.Empty(script.Tick().Started);
    }

    [Fact]
    public void The_startup_time_runs_from_the_grant()
    {
        var script = new PlannerScript().Start().After(300);
        Assert.Null(script.Tick().WakeUp);
        Assert.Equal(script.Now + TimeSpan.FromSeconds(60), script.Granted(1).WakeUp);
        Assert.Equal([new GroupAction.FailStart(1)], script.After(60).Tick().Started);
        Assert.Empty(script.After(60).Tick().Started);
    }

    [Fact]
    public void A_failed_start_is_killed_and_tried_again_after_the_backoff()
    {
        var script = new PlannerScript().Start().Granted(1).Spawned(1).StartFailed(1);
        Assert.Equal([new GroupAction.Kill(1, WorkerReason.StartFailed)], script.Started);
        script.Exited(1);
        Assert.Equal(1, Assert.IsType<GroupAction.Remove>(Assert.Single(script.Started)).Worker);
        Assert.NotNull(script.WakeUp);
        Assert.Equal([new GroupAction.Spawn(2, 0, 1)], script.After((script.WakeUp!.Value - script.Now).TotalSeconds).Tick().Started);
    }

    [Fact]
    public void After_two_failures_with_nobody_ready_requests_are_refused_until_one_is()
    {
        var script = new PlannerScript().Start().Fail(1).After(31).Tick().Fail(2);
        Assert.True(script.State.IsClosed);
        script.After(31).Tick().Boot(3);
        Assert.Contains(new GroupAction.Gate(false, TimeSpan.Zero), script.Started);
    }

    [Fact]
    public void Who_is_refused_while_the_next_try_begins_is_not_told_to_come_in_the_past()
    {
        var script = new PlannerScript().Start().Fail(1).After(31).Tick().Fail(2).After(31).Tick().Boot(3).After(2).Exited(3, 137);
        Assert.Contains(new GroupAction.Gate(true, TimeSpan.Zero), script.Started);
    }

    [Fact]
    public void After_a_failure_one_start_at_a_time_shows_whether_it_works_again()
    {
        var script = new PlannerScript(processes: 3).Start();
        script.Fail(1, 2, 3).After(31).Tick();
        Assert.Single(script.Started, static action => action is GroupAction.Spawn);
        script.Boot(4);
        Assert.Single(script.Started, static action => action is GroupAction.Spawn);
        script.After(5).Tick();
        Assert.Single(script.Started, static action => action is GroupAction.Spawn);
        Assert.Equal(0, script.State.Failures);
    }

    [Fact]
    public void A_stable_worker_has_the_failures_before_it_forgotten_although_nothing_happens()
    {
        var script = new PlannerScript().Start().Fail(1).After(31).Tick().Fail(2).After(31).Tick().Boot(3);
        Assert.Equal(script.Now + RestartBackoff.StableUptime, script.WakeUp);
        script.After(5).Tick();
        Assert.Equal(0, script.State.Failures);
        Assert.Null(script.WakeUp);
        script.After(3600).Exited(3, 137);
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Gate);
    }

    [Fact]
    public void A_worker_that_dies_is_replaced_at_once()
    {
        var script = new PlannerScript().Start().Boot(1).After(1).Exited(1, 137);
        Assert.Equal([new GroupAction.Remove(1, WorkerReason.ExitedUnexpectedly, new WorkerExit(137)), new GroupAction.Spawn(2, 0, 1)], script.Started);
        Assert.Equal(0, script.State.Failures);
    }

    [Fact]
    public void A_worker_that_the_kernel_killed_for_want_of_memory_ends_with_that_reason()
    {
        var exit = new WorkerExit(137, "killed by the kernel");
        var script = new PlannerScript().Start().Boot(1).After(1).On(new GroupEvent.WorkerReported(new WorkerEvent.Exited(new WorkerIdentity("shop", 1, 0, 1), exit, [])));
        Assert.Equal([new GroupAction.Remove(1, WorkerReason.OutOfMemory, exit), new GroupAction.Spawn(2, 0, 1)], script.Started);
    }

    [Fact]
    public void A_worker_that_dies_as_soon_as_it_is_ready_counts_as_a_failed_start()
    {
        var script = new PlannerScript().Start().Boot(1).After(0.1).Exited(1, 1);
        Assert.Equal(1, Assert.IsType<GroupAction.Remove>(Assert.Single(script.Started)).Worker);
        Assert.Equal(1, script.State.Failures);
    }

    [Fact]
    public void Changed_settings_make_the_successor_ready_before_the_old_worker_drains()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.SettingsChanged(Other));
        Assert.Equal([new GroupAction.Prepare(2)], script.Started);
        Assert.Equal([new GroupAction.Spawn(2, 0, 2)], script.On(new GroupEvent.Prepared(2, null)).Started);
        script.Granted(2).Spawned(2).Ready(2);
        Assert.Equal([new GroupAction.Offer(2), new GroupAction.Drain(1, WorkerReason.SettingsChanged)], script.Started);
    }

    [Fact]
    public void A_new_generation_that_cannot_start_leaves_the_old_one_serving()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.SettingsChanged(Other)).On(new GroupEvent.Prepared(2, null));
        script.Fail(2).After(31).Tick().Fail(3).After(31).Tick();
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
        Assert.False(script.State.IsClosed);
        Assert.Equal(2, script.State.Failures);
    }

    [Fact]
    public void A_drained_worker_stops_and_one_that_will_not_is_killed()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved));
        Assert.Contains(new GroupAction.Drain(1, WorkerReason.GroupRemoved), script.Started);
        Assert.Equal([new GroupAction.Stop(1, WorkerReason.Drained)], script.On(new GroupEvent.WorkerDrained(1)).Started);
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Kill(1, WorkerReason.StopTimeout)], script.After(10).Tick().Started);
        script.Exited(1, 137);
        Assert.Contains(new GroupAction.Finish(), script.Started);
    }

    [Fact]
    public void A_suspect_that_drains_wakes_nobody_before_its_deadline()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.WorkerSuspected(1, 1)).On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved));
        Assert.Equal(TimeSpan.FromSeconds(60), script.After(1).Tick().WakeUp);
    }

    [Fact]
    public void A_drain_that_takes_too_long_ends_with_the_stacks_in_the_log()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.StopRequested(WorkerReason.FrontDoorStopping)).After(60).Tick();
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Stop(1, WorkerReason.DrainTimeout)], script.Started);
    }

    [Fact]
    public void When_the_time_to_drain_passed_while_the_server_stopped_workers_are_stopped_at_once()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.StopRequested(WorkerReason.FrontDoorStopping)).On(new GroupEvent.DrainTimePassed());
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Stop(1, WorkerReason.DrainTimeout)], script.Started);
    }

    [Fact]
    public void A_failing_group_that_stops_admits_nobody()
    {
        var script = new PlannerScript().Start().Fail(1).After(31).Tick().Fail(2).On(new GroupEvent.StopRequested(WorkerReason.FrontDoorStopping));
        Assert.Equal([new GroupAction.Finish()], script.Started);
    }

    [Fact]
    public void A_request_past_its_deadline_gets_the_worker_replaced_without_cutting_the_others()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.RequestDeadlinePassed(1));
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Spawn(2, 0, 1)], script.Started);
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
        Assert.Equal([new GroupAction.Offer(2), new GroupAction.Drain(1, WorkerReason.RequestDeadline)], script.Granted(2).Spawned(2).Ready(2).Started);
    }

    [Fact]
    public void A_response_that_holds_a_thread_in_silence_gets_the_worker_replaced_likewise()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.ResponseFellSilent(1));
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Spawn(2, 0, 1)], script.Started);
        Assert.Equal([new GroupAction.Offer(2), new GroupAction.Drain(1, WorkerReason.ResponseSilence)], script.Granted(2).Spawned(2).Ready(2).Started);
    }

    [Fact]
    public void A_suspect_that_still_lives_is_offered_again()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.WorkerSuspected(1, Epoch: 4));
        Assert.Empty(script.Started);
        Assert.Equal(script.Now + GroupReducer.SuspectTime, script.WakeUp);
        Assert.Equal([new GroupAction.Restore(1, 4)], script.After(0.1).Tick().Started);
    }

    [Fact]
    public void A_suspect_that_lives_and_does_not_listen_any_more_is_replaced_at_once()
    {
        var script = new PlannerScript().Start().Boot(1).After(60).On(Deaf).After(0.05).On(Deaf).After(0.1).Tick();
        Assert.Equal([new GroupAction.Restore(1, 4)], script.Started);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.StoppedListening), new GroupAction.Spawn(2, 0, 1)], script.On(Deaf).After(0.1).Tick().Started);
        Assert.Contains(new GroupAction.Stop(1, WorkerReason.Drained), script.On(new GroupEvent.WorkerDrained(1)).Started);
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(1, false)]
    public void Not_to_listen_for_a_moment_is_forgiven(double seconds, bool hasNoListener)
    {
        var script = new PlannerScript().Start().Boot(1).On(Deaf).After(0.1).Tick().After(seconds).On(Deaf with { HasNoListener = hasNoListener }).After(0.1).Tick();
        Assert.Equal([new GroupAction.Restore(1, 4)], script.Started);
    }

    [Fact]
    public void A_forced_end_kills_whatever_runs()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1).Granted(2).Spawned(2).On(new GroupEvent.KillRequested());
        for (var step = 0; step < 3; step++)
        {
            Assert.Equal(script.Now, script.WakeUp ?? script.Now);
            script.Tick();
        }

        Assert.All(script.State.Workers, static worker => Assert.True(worker.IsKilled));
    }

    [Fact]
    public void A_place_to_boot_that_comes_after_the_stop_gives_it_no_more_time()
    {
        var script = new PlannerScript().Start().On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved));
        var deadline = script.State.Find(1)!.Deadline;
        Assert.Equal(deadline, script.After(1).Granted(1).State.Find(1)!.Deadline);
    }

    [Fact]
    public void Timeouts_that_are_off_never_fire()
    {
        var off = new TimeoutSettings { Startup = Timeout.InfiniteTimeSpan, Drain = Timeout.InfiniteTimeSpan, Stop = Timeout.InfiniteTimeSpan };
        var script = new PlannerScript(1, off).Start().Granted(1);
        Assert.Null(script.WakeUp);
        script.Spawned(1).Ready(1).On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved));
        Assert.Null(script.WakeUp);
        Assert.Null(script.On(new GroupEvent.WorkerDrained(1)).WakeUp);
    }
}
