using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>A worker that gives no sign of life: first out of service, then ended. Every other timer is off.</summary>
public sealed class WatchdogPlanTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private static readonly TimeoutSettings OthersOff = new()
    {
        Startup = Timeout.InfiniteTimeSpan, Request = Timeout.InfiniteTimeSpan, Silence = Timeout.InfiniteTimeSpan,
        Drain = Timeout.InfiniteTimeSpan, Stop = Timeout.InfiniteTimeSpan,
    };

    [Fact]
    public void The_group_looks_once_per_period()
    {
        var script = Ready();
        Assert.Equal(Period, script.WakeUp);
        Assert.Equal([new GroupAction.CheckWatchdog(1)], script.After(30).Tick().Started);
        Assert.Null(script.WakeUp);
    }

    [Fact]
    public void A_beat_in_time_moves_the_look()
    {
        var script = Ready().After(30).Tick().On(new GroupEvent.WatchdogChecked(1, TimeSpan.FromSeconds(8)));
        Assert.Empty(script.Started);
        Assert.Equal(script.Now + Period - TimeSpan.FromSeconds(8), script.WakeUp);
    }

    [Fact]
    public void A_silent_worker_gets_no_more_requests_at_once_and_a_successor()
    {
        var script = Silent(Ready());
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Drain(1, WorkerReason.Unresponsive), new GroupAction.Spawn(2, 0, 1)], script.Started);
        Assert.Empty(script.Tick().Started);
    }

    [Fact]
    public void One_that_stays_silent_is_killed_with_its_last_stacks()
    {
        var script = Silent(Ready());
        script.After(30).Tick();
        Assert.Equal([new GroupAction.CheckWatchdog(1)], script.Started);
        script.On(new GroupEvent.WatchdogChecked(1, Period * 2));
        Assert.Equal([new GroupAction.DumpStacks(1), new GroupAction.Kill(1, WorkerReason.Unresponsive)], script.Started);
        Assert.Equal(1, Assert.IsType<GroupAction.Remove>(script.Exited(1, 137).Started[0]).Worker);
    }

    [Fact]
    public void One_that_comes_back_finishes_what_it_has()
    {
        var script = Silent(Ready()).After(30).Tick().On(new GroupEvent.WatchdogChecked(1, TimeSpan.FromSeconds(3)));
        Assert.Empty(script.Started);
        Assert.Equal([new GroupAction.Stop(1, WorkerReason.Drained)], script.On(new GroupEvent.WorkerDrained(1)).Started);
    }

    [Fact]
    public void Silence_in_a_drain_counts_too()
    {
        var script = Ready().On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved)).After(30).Tick();
        Assert.Equal([new GroupAction.DumpStacks(1)], script.On(new GroupEvent.WatchdogChecked(1, Period)).Started);
        Assert.Equal(new GroupAction.Kill(1, WorkerReason.Unresponsive), script.After(30).Tick().On(new GroupEvent.WatchdogChecked(1, Period * 2)).Started[^1]);
    }

    [Fact]
    public void After_a_standstill_of_our_own_the_worker_gets_another_period()
    {
        var script = Ready().After(40).Tick();
        Assert.Empty(script.Started);
        Assert.Equal(script.Now + Period, script.WakeUp);
    }

    [Fact]
    public void Without_a_watchdog_nobody_looks()
    {
        var script = new PlannerScript(1, OthersOff).Start().Boot(1);
        Assert.Null(script.WakeUp);
        Assert.Empty(script.After(3600).Tick().Started);
    }

    private static PlannerScript Ready() => new PlannerScript(1, OthersOff) { Watchdog = Period }.Start().Boot(1);

    private static PlannerScript Silent(PlannerScript ready) => ready.After(30).Tick().On(new GroupEvent.WatchdogChecked(1, Period));
}
