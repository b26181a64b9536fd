using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>Workers that are ready and die: how long they are replaced at once, and what ends a loop.</summary>
public sealed class CrashLoopTests
{
    [Fact]
    public void The_fifth_death_in_half_a_minute_that_leaves_nobody_ready_closes_the_group()
    {
        var script = new PlannerScript().Start();
        DieAlone(script, times: 4);
        Assert.False(script.State.IsClosed);
        Assert.Single(script.Started, static action => action is GroupAction.Spawn);
        DieAlone(script, times: 1);
        Assert.True(script.State.IsClosed);
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Spawn);
        Assert.Equal(SpawnStep.Serve, script.State.LastFailure!.Step);
        Assert.Equal(script.State.RetryAt, script.WakeUp);
    }

    [Fact]
    public void Deaths_further_apart_are_replaced_at_once_for_ever()
    {
        var script = new PlannerScript().Start();
        DieAlone(script, times: 50, uptime: 8);
        Assert.Equal(0, script.State.Failures);
        Assert.Single(script.Started, static action => action is GroupAction.Spawn);
    }

    [Fact]
    public void Once_found_every_death_makes_the_next_try_slower_and_tells_it_to_the_refused()
    {
        var script = new PlannerScript().Start();
        DieAlone(script, times: 5);
        for (var failures = 3; failures < 12; failures++)
        {
            script.After((script.State.RetryAt - script.Now).TotalSeconds).Tick();
            DieAlone(script, times: 1);
            Assert.Equal(failures, script.State.Failures);
            Assert.Contains(new GroupAction.Gate(true, script.State.RetryAt - script.Now), script.Started);
        }

        Assert.True(script.State.RetryAt - script.Now > TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_worker_that_stays_ends_the_loop()
    {
        var script = new PlannerScript().Start();
        DieAlone(script, times: 5);
        script.After(1).Tick().Boot(script.State.Workers[0].Id);
        Assert.Contains(new GroupAction.Gate(false, TimeSpan.Zero), script.Started);
        script.After(5).Tick();
        Assert.Equal((0, false, 0), (script.State.Failures, script.State.IsCrashLooping, script.State.Crashes.Length));
        DieAlone(script, times: 4, boots: false);
        Assert.False(script.State.IsClosed);
    }

    [Fact]
    public void New_settings_are_a_new_chance()
    {
        var script = new PlannerScript().Start();
        DieAlone(script, times: 5);
        script.On(new GroupEvent.SettingsChanged(new ProcessGroupSettings { Threads = 7 }));
        Assert.False(script.State.IsClosed);
        Assert.Empty(script.State.Crashes);
    }

    [Fact]
    public void Kills_every_second_leave_a_group_of_four_as_it_was()
    {
        var script = new PlannerScript(processes: 4).Start().Boot(1, 2, 3, 4);
        for (var kill = 0; kill < 60; kill++)
        {
            script.After(1).Exited(script.State.Workers[kill % 4].Id, 137);
            Assert.Single(script.Started, static action => action is GroupAction.Spawn);
            script.Boot(script.State.Workers.Single(static worker => worker.State == WorkerState.Starting).Id);
        }

        Assert.Equal(0, script.State.Failures);
    }

    [Fact]
    public void A_rank_that_dies_without_end_is_slowed_down_while_the_others_serve()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).After(60);
        for (var deaths = 1; deaths <= CrashLoop.MostOfOneRank; deaths++)
        {
            var bad = script.State.Workers.Single(static worker => worker.Rank == 1).Id;
            script.After(1).Exited(bad, 1);
            Assert.Equal(deaths < CrashLoop.MostOfOneRank, script.Started.Any(static action => action is GroupAction.Spawn));
            if (deaths < CrashLoop.MostOfOneRank)
            {
                script.Boot(script.State.Workers.Single(static worker => worker.Rank == 1).Id);
            }
        }

        Assert.False(script.State.IsClosed);
        Assert.Equal(script.State.RetryAt, script.WakeUp);
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
    }

    [Fact]
    public void One_that_was_ready_before_a_start_failed_does_not_make_it_forgotten()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1, 2).After(60).Exited(2, 1).Fail(3);
        Assert.Equal(1, script.State.Failures);
        Assert.Equal(script.State.RetryAt, script.WakeUp);
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Spawn);
    }

    [Fact]
    public void One_that_closes_its_listener_after_each_boot_is_slowed_down_like_one_that_dies()
    {
        var script = new PlannerScript().Start();
        for (var times = 1; times <= CrashLoop.MostThatLeaveNobody; times++)
        {
            var worker = script.State.Workers.Single().Id;
            FallDeaf(script.Boot(worker).After(1), worker).After(0.1).Tick();
            Assert.Equal(times < CrashLoop.MostThatLeaveNobody, script.Started.Any(static action => action is GroupAction.Spawn));
            script.Gone(worker);
        }

        Assert.True(script.State.IsClosed);
        Assert.Equal(script.State.RetryAt, script.WakeUp);
        Assert.Contains("did not listen any more", script.State.LastFailure!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_falls_deaf_and_dies_counts_once()
    {
        var script = FallDeaf(new PlannerScript().Start().Boot(1).After(1), 1).After(0.05).Exited(1, 1);
        Assert.Single(script.State.Crashes);
    }

    // What was deaf at two moments will be replaced.
    private static PlannerScript FallDeaf(PlannerScript script, int worker)
    {
        var deaf = new GroupEvent.WorkerSuspected(worker, Epoch: 4, HasNoListener: true);
        return script.On(deaf).After(0.1).Tick().On(deaf).On(deaf);
    }

    private static void DieAlone(PlannerScript script, int times, double uptime = 1, bool boots = true)
    {
        for (var time = 0; time < times; time++)
        {
            var worker = script.State.Workers[0].Id;
            (boots || time > 0 ? script.Boot(worker) : script).After(uptime).Exited(worker, 1);
        }
    }
}
