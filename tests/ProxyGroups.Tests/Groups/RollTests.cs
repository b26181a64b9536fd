using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Tests.Groups.StateTable;

namespace ProxyGroups.Tests.Groups;

/// <summary>A new generation replaces the old one within its bounds, and a group can be held, started and drained by command.</summary>
public sealed class RollTests
{
    private static readonly GroupEvent Restart = new GroupEvent.RestartRequested(WorkerReason.RestartAsked);

    [Fact]
    public void A_step_that_runs_when_Before_changes_is_ended_and_the_new_steps_follow()
    {
        var settings = new ProcessGroupSettings { Restart = new RestartSettings { Before = [["hang"]] } };
        var script = new PlannerScript(settings).Start().Boot(1).After(60).On(new GroupEvent.RestartRequested(WorkerReason.RestartAsked));
        Assert.Equal([new GroupAction.Prepare(2)], script.Started);
        // A restart alone ends nothing.
        Assert.Empty(script.On(new GroupEvent.RestartRequested(WorkerReason.RestartAsked)).On(new GroupEvent.SettingsAdapted(settings with { Restart = settings.Restart with { MaxSurge = 3 } })).Started.OfType<GroupAction.EndPreparation>());
        var mended = settings with { Restart = new RestartSettings { Before = [["migrate"]] } };
        Assert.Contains(new GroupAction.EndPreparation(), script.On(new GroupEvent.SettingsAdapted(mended)).Started);
        Assert.Empty(script.Tick().Started);
        Assert.Equal([new GroupAction.Prepare(3)], script.On(GroupScene.Failed(2)).Started);
    }

    [Fact]
    public void A_step_that_runs_when_the_group_is_stopped_by_command_is_ended()
    {
        var script = new PlannerScript().Start().Boot(1).After(60).On(new GroupEvent.RestartRequested(WorkerReason.RestartAsked)).On(new GroupEvent.HoldRequested());
        Assert.Contains(new GroupAction.EndPreparation(), script.Started);
        Assert.Empty(script.Tick().Started);
        script.On(new GroupEvent.StartRequested());
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Prepare);
        Assert.Contains(new GroupAction.Prepare(3), script.On(new GroupEvent.Prepared(2, null)).Started);
    }

    [Fact]
    public void A_restart_prepares_its_generation_and_replaces_one_worker_after_the_other()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).On(Restart);
        Assert.Equal([new GroupAction.Prepare(2)], script.Started);
        Assert.Equal([new GroupAction.Spawn(3, 0, 2)], script.On(new GroupEvent.Prepared(2, null)).Started);
        script.Boot(3);
        Assert.Equal([new GroupAction.Offer(3), new GroupAction.Drain(1, WorkerReason.RestartAsked)], script.Started);
        Assert.Equal([1], Spawned(script.Gone(1)));
        script.Boot(4);
        Assert.Equal([new GroupAction.Offer(4), new GroupAction.Drain(2, WorkerReason.RestartAsked)], script.Started);
        Assert.False(RollPlan.IsRolling(script.State));
    }

    [Fact]
    public void With_a_larger_surge_so_many_successors_boot_at_once()
    {
        var script = Rolling(processes: 4, new RestartSettings { MaxSurge = 3 });
        Assert.Equal([0, 1, 2], Spawned(script));
    }

    [Fact]
    public void Without_a_surge_a_worker_leaves_first_and_its_successor_boots_when_it_is_gone()
    {
        var script = Rolling(processes: 2, new RestartSettings { MaxSurge = 0, MaxUnavailable = 1 });
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.RestartAsked)], script.Started);
        Assert.Equal([0], Spawned(script.Gone(1)));
        Assert.Equal([new GroupAction.Offer(3), new GroupAction.Drain(2, WorkerReason.RestartAsked)], script.Boot(3).Started);
        Assert.Equal([1], Spawned(script.Gone(2)));
    }

    [Fact]
    public void Restarts_that_follow_each_other_wait_for_the_workers_that_still_drain()
    {
        var script = Rolling(processes: 1).Boot(2).On(Restart).On(new GroupEvent.Prepared(3, null));
        Assert.Empty(script.Started);
        Assert.Equal([0], Spawned(script.Gone(1)));
    }

    [Fact]
    public void A_sick_worker_is_replaced_although_others_drain()
    {
        var script = Rolling(processes: 1).Boot(2).On(new GroupEvent.RequestDeadlinePassed(2));
        Assert.Equal([0], Spawned(script));
    }

    [Fact]
    public void Nobody_leaves_early_for_a_successor_that_cannot_start()
    {
        var script = Rolling(processes: 2, new RestartSettings { MaxSurge = 0, MaxUnavailable = 1 }).Gone(1).Fail(3).After(31).Tick();
        Assert.Equal([0], Spawned(script));
        Assert.Equal(WorkerState.Ready, script.State.Find(2)!.State);
    }

    [Fact]
    public void A_preparation_that_fails_stops_the_roll_and_is_tried_again_until_it_succeeds()
    {
        var failure = new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero);
        var script = new PlannerScript().Start().Boot(1).On(Restart).On(new GroupEvent.Prepared(2, failure));
        Assert.Empty(script.Started);
        Assert.Equal(failure, script.State.LastFailure);
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
        Assert.Equal([new GroupAction.Prepare(2)], script.After((script.WakeUp!.Value - script.Now).TotalSeconds).Tick().Started);
        Assert.Equal([new GroupAction.Spawn(2, 0, 2)], script.On(new GroupEvent.Prepared(2, null)).Started);
    }

    [Fact]
    public void Without_a_surge_a_roll_goes_on_after_a_failure_with_one_worker_that_shows_whether_it_works_again()
    {
        var failure = new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero);
        var script = new PlannerScript(processes: 3, restart: new RestartSettings { MaxSurge = 0, MaxUnavailable = 2 }).Start().Boot(1, 2, 3).On(Restart);
        script.On(new GroupEvent.Prepared(2, failure)).After(31).Tick().On(new GroupEvent.Prepared(2, null));
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.RestartAsked)], script.Started);
        Assert.Equal([0], Spawned(script.Gone(1)));
        Assert.Empty(script.Fail(4).Started.OfType<GroupAction.Drain>());
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.RestartAsked)], script.After(31).Tick().Boot(5).Started.OfType<GroupAction.Drain>());
    }

    [Fact]
    public void A_preparation_that_fails_says_nothing_of_a_newer_generation()
    {
        var failure = new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero);
        var script = new PlannerScript().Start().Boot(1).On(Restart).On(Restart).On(new GroupEvent.Prepared(2, failure));
        Assert.Equal(0, script.State.Failures);
        Assert.Equal([new GroupAction.Prepare(3)], script.Started);
    }

    [Fact]
    public void A_newer_generation_overtakes_a_roll_that_has_not_ended()
    {
        var script = Rolling(processes: 1).On(Restart);
        Assert.Contains(new GroupAction.Stop(2, WorkerReason.RestartAsked), script.Started);
        Assert.Equal([0], Spawned(script.On(new GroupEvent.Prepared(3, null)).Exited(2)));
    }

    [Fact]
    public void A_worker_whose_room_was_lost_is_waited_for_only_while_what_always_runs_is_not_there()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).On(Restart).On(new GroupEvent.Prepared(2, null)).LacksRoom(3).Gone(1);
        Assert.True(script.State.Find(3) is { IsHeir: true, LacksRoom: true });
        Assert.DoesNotContain(script.LacksRoom(4).Started, static action => action is GroupAction.Drain);
        Assert.Contains(new GroupAction.Drain(2, WorkerReason.RestartAsked), script.On(new GroupEvent.SettingsAdapted(script.State.Settings with { Processes = 1 })).Started);
    }

    [Fact]
    public void Settings_that_need_no_restart_reach_the_workers_and_replace_none()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.SettingsAdapted(new ProcessGroupSettings { Processes = 1, MaxProcesses = 1, Threads = 9 }));
        Assert.Equal([new GroupAction.Adapt()], script.Started);
        Assert.Equal((1, 9), (script.State.Generation, script.State.Settings.Threads));
        Assert.Empty(script.Tick().Started);
    }

    [Fact]
    public void More_processes_start_beside_those_that_run_and_fewer_let_the_highest_rank_go()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).On(new GroupEvent.SettingsAdapted(new ProcessGroupSettings { Processes = 3, MaxProcesses = 3 }));
        Assert.Contains(new GroupAction.Spawn(3, 2, 1), script.Started);
        script.Boot(3).On(new GroupEvent.SettingsAdapted(new ProcessGroupSettings { Processes = 1, MaxProcesses = 1 }));
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.ScaledDown), new GroupAction.Drain(3, WorkerReason.ScaledDown)], script.Started.Where(static action => action is GroupAction.Drain));
    }

    [Fact]
    public void A_stopped_group_refuses_and_runs_nothing_until_it_is_started_with_the_code_of_then()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.HoldRequested());
        Assert.Contains(new GroupAction.Drain(1, WorkerReason.Stopped), script.Started);
        Assert.True(Assert.Single(script.Started.OfType<GroupAction.Gate>()).IsClosed);
        script.On(new GroupEvent.WorkerDrained(1)).Exited(1);
        Assert.False(script.State.IsFinished);
        Assert.Empty(script.On(Restart).After(3600).Tick().Started);
        script.On(new GroupEvent.StartRequested());
        Assert.Equal([new GroupAction.Prepare(2), new GroupAction.Gate(false, TimeSpan.Zero)], script.Started);
        Assert.Equal([new GroupAction.Spawn(2, 0, 2)], script.On(new GroupEvent.Prepared(2, null)).Started);
    }

    [Fact]
    public void A_stopped_group_ends_with_the_front_door()
    {
        var script = new PlannerScript().Start().Boot(1).On(new GroupEvent.HoldRequested()).On(new GroupEvent.WorkerDrained(1)).Exited(1);
        Assert.Contains(new GroupAction.Finish(), script.On(new GroupEvent.StopRequested(WorkerReason.FrontDoorStopping)).Started);
        Assert.Equal(GroupPhase.Stopping, script.On(new GroupEvent.StartRequested()).State.Phase);
    }

    [Fact]
    public void A_worker_whose_drain_was_asked_for_drains_now_and_another_one_takes_its_rank()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).On(new GroupEvent.DrainRequested(2));
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.DrainAsked), new GroupAction.Spawn(3, 1, 1)], script.Started);
    }

    /// <summary>Whatever happens while generations follow each other, the bounds hold after every event.</summary>
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(4, 1, 0)]
    [InlineData(4, 2, 0)]
    [InlineData(4, 0, 1)]
    [InlineData(5, 2, 2)]
    [InlineData(3, 0, 3)]
    public void The_bounds_hold_in_every_order_of_events(int processes, int surge, int unavailable)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var script = new PlannerScript(processes, restart: new RestartSettings { MaxSurge = surge, MaxUnavailable = unavailable }).Start();
            for (var step = 0; step < 150; step++)
            {
                var before = Ready(script);
                var mayLose = RandomStep(script, random);
                var processesNow = script.State.Workers.Count(static worker => worker.ReplaceReason is null);
                Assert.True(processesNow <= processes + surge, $"seed {seed}, step {step}: {processesNow} processes");
                Assert.True(mayLose || Ready(script) >= Math.Min(before, processes - unavailable), $"seed {seed}, step {step}: {before} -> {Ready(script)} ready");
            }
        }
    }

    private static int Ready(PlannerScript script) => script.State.Workers.Count(static worker => worker.State == WorkerState.Ready);

    // True: a ready worker may have died or been sent away by this step itself.
    private static bool RandomStep(PlannerScript script, Random random)
    {
        var workers = script.State.Workers;
        var worker = workers.IsEmpty ? null : workers[random.Next(workers.Length)];
        switch (random.Next(16))
        {
            case 0:
                script.On(Restart);
                return false;
            case 1 when worker is not null:
                script.On(new GroupEvent.RequestDeadlinePassed(worker.Id));
                return false;
            case 2 when worker is not null:
                script.On(new GroupEvent.DrainRequested(worker.Id));
                return true;
            case 3 when worker is not null:
                script.Exited(worker.Id, 1);
                return true;
            case 4 when worker is { State: WorkerState.Starting }:
                script.StartFailed(worker.Id);
                return false;
            case 5:
                script.After(40).Tick();
                return false;
            case < 9 when script.State.PreparingGeneration is > 0 and var generation:
                script.On(new GroupEvent.Prepared(generation, random.Next(5) == 0 ? new SpawnFailure(SpawnStep.Prepare, "it failed", [], "mend it", TimeSpan.Zero) : null));
                return false;
            default:
                Progress(script.After(1), worker);
                return false;
        }
    }

    private static void Progress(PlannerScript script, WorkerView? worker)
    {
        switch (worker?.State)
        {
            case WorkerState.Starting:
                script.Granted(worker.Id).Ready(worker.Id);
                break;
            case WorkerState.Draining:
                script.On(new GroupEvent.WorkerDrained(worker.Id));
                break;
            case WorkerState.Stopping:
                script.Exited(worker.Id);
                break;
        }
    }

    private static PlannerScript Rolling(int processes, RestartSettings? restart = null) =>
        new PlannerScript(processes, restart: restart).Start().Boot([.. Enumerable.Range(1, processes)]).On(Restart).On(new GroupEvent.Prepared(2, null));

    private static IEnumerable<int> Spawned(PlannerScript script) => script.Started.OfType<GroupAction.Spawn>().Select(static spawn => spawn.Rank);
}
