using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>Recycling: who is due, who is first, and that a group never loses two workers for it at once.</summary>
public sealed class RecyclePlanTests
{
    private const long Limit = 100 << 20;
    private static readonly RecycleSettings Off = new();

    [Fact]
    public void A_spent_worker_drains_when_its_successor_is_ready()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 1).On(new GroupEvent.RequestsSpent(1, 1000));
        Assert.Equal([new GroupAction.Weigh(1, WorkerReason.MaxRequests)], script.Started);
        Assert.Equal([new GroupAction.Spawn(2, 0, 1)], script.On(new GroupEvent.Weighed(1, HasRoom: true)).Started);
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
        Assert.Equal([new GroupAction.Offer(2), new GroupAction.Drain(1, WorkerReason.MaxRequests)], script.Boot(2).Started);
    }

    [Fact]
    public void Where_two_do_not_fit_the_successor_starts_when_the_old_worker_is_gone()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 1).On(new GroupEvent.RequestsSpent(1, 1000)).On(new GroupEvent.Weighed(1, HasRoom: false));
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.MaxRequests)], script.Started);
        Assert.Equal([new GroupAction.Stop(1, WorkerReason.Drained)], script.On(new GroupEvent.WorkerDrained(1)).Started);
        Assert.Empty(script.Tick().Started);
        Assert.Equal(new GroupAction.Spawn(2, 0, 1), script.Exited(1).Started[^1]);
    }

    [Fact]
    public void Nobody_leaves_in_place_before_the_generation_after_it_is_prepared()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 1).On(new GroupEvent.RequestsSpent(1, 1000)).On(new GroupEvent.RestartRequested(WorkerReason.RestartAsked));
        Assert.Empty(script.On(new GroupEvent.Weighed(1, HasRoom: false)).Started);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.MaxRequests)], script.On(new GroupEvent.Prepared(2, null)).Started);
        Assert.Equal(new GroupAction.Spawn(2, 0, 2), script.On(new GroupEvent.WorkerDrained(1)).Exited(1).Started[^1]);
    }

    [Fact]
    public void A_worker_comes_of_age_by_itself()
    {
        var script = Ready(new RecycleSettings { MaxAge = TimeSpan.FromHours(1), Jitter = 0 }, 1);
        Assert.Equal(TimeSpan.FromHours(1), script.WakeUp);
        Assert.Empty(script.After(3598).Tick().Started);
        Assert.Equal([new GroupAction.Weigh(1, WorkerReason.MaxAge)], script.After(1).Tick().Started);
        Assert.Null(script.Tick().WakeUp);
    }

    [Fact]
    public void Only_three_samples_in_a_row_above_the_limit_count()
    {
        var script = Ready(new RecycleSettings { WorkerMemory = Limit }, 1);
        foreach (var bytes in new[] { Limit + 1, Limit + 1, Limit, Limit + 1, Limit + 1 })
        {
            Assert.Empty(script.On(new GroupEvent.MemorySampled(1, bytes)).Started);
        }

        Assert.Equal([new GroupAction.Weigh(1, WorkerReason.WorkerMemory)], script.On(new GroupEvent.MemorySampled(1, Limit + 1)).Started);
        Assert.Equal(Limit + 1, script.State.Find(1)!.Memory);
    }

    [Fact]
    public void One_worker_at_a_time_until_the_old_one_is_gone()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 3).On(new GroupEvent.RequestsSpent(1, 1000)).On(new GroupEvent.RequestsSpent(2, 1000)).On(new GroupEvent.RequestsSpent(3, 1000));
        Assert.Empty(script.Started);
        script.On(new GroupEvent.Weighed(1, HasRoom: true)).Boot(4).On(new GroupEvent.WorkerDrained(1));
        Assert.Empty(script.Tick().Started);
        Assert.Contains(new GroupAction.Weigh(2, WorkerReason.MaxRequests), script.Exited(1).Started);
    }

    [Fact]
    public void Memory_goes_first_then_the_oldest()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000, WorkerMemory = Limit }, 3).On(new GroupEvent.RequestsSpent(1, 1000));
        for (var sample = 0; sample < 3; sample++)
        {
            script.On(new GroupEvent.MemorySampled(3, Limit + 1));
        }

        script.On(new GroupEvent.RequestsSpent(2, 1000)).On(new GroupEvent.Weighed(1, HasRoom: true)).Boot(4).On(new GroupEvent.WorkerDrained(1)).Exited(1);
        Assert.Contains(new GroupAction.Weigh(3, WorkerReason.WorkerMemory), script.Started);
    }

    [Fact]
    public void A_worker_that_is_replaced_anyway_is_not_recycled_as_well()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 1).On(new GroupEvent.RequestDeadlinePassed(1)).On(new GroupEvent.RequestsSpent(1, 1000));
        Assert.Empty(script.Started);
    }

    [Fact]
    public void While_a_new_generation_rolls_nobody_is_recycled()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 2);
        script.On(new GroupEvent.SettingsChanged(script.State.Settings with { Threads = 7 })).On(new GroupEvent.Prepared(2, null)).On(new GroupEvent.RequestsSpent(1, 1000));
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Weigh);
    }

    [Fact]
    public void Where_starts_fail_the_old_worker_is_kept()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 2).After(1).Exited(2, 137).Fail(3).On(new GroupEvent.RequestsSpent(1, 1000));
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Weigh);
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
    }

    [Fact]
    public void A_successor_that_cannot_start_leaves_the_old_worker_serving()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 1).On(new GroupEvent.RequestsSpent(1, 1000)).On(new GroupEvent.Weighed(1, HasRoom: true)).Fail(2).After(31).Tick().Fail(3);
        Assert.Equal(WorkerState.Ready, script.State.Find(1)!.State);
        Assert.False(script.State.IsClosed);
        script.After(31).Tick().Boot(4);
        Assert.Contains(new GroupAction.Drain(1, WorkerReason.MaxRequests), script.Started);
    }

    [Fact]
    public void A_stop_forgets_about_recycling()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 1).On(new GroupEvent.RequestsSpent(1, 1000)).On(new GroupEvent.StopRequested(WorkerReason.GroupRemoved));
        Assert.DoesNotContain(script.On(new GroupEvent.Weighed(1, HasRoom: true)).Started, static action => action is GroupAction.Spawn);
    }

    [Fact]
    public void Who_was_spent_by_limits_that_have_been_raised_is_not_recycled()
    {
        var script = Ready(new RecycleSettings { MaxRequests = 1000 }, 2).On(new GroupEvent.RequestsSpent(1, 1000)).On(new GroupEvent.RequestsSpent(2, 1000));
        Adapt(script, new RecycleSettings { MaxRequests = 5000 }).On(new GroupEvent.RequestsSpent(2, 1000));
        script.On(new GroupEvent.Weighed(1, HasRoom: true)).Boot(3).On(new GroupEvent.WorkerDrained(1)).Exited(1);
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Weigh);
        Assert.Contains(new GroupAction.Weigh(2, WorkerReason.MaxRequests), script.On(new GroupEvent.RequestsSpent(2, 5000)).Started);
    }

    [Fact]
    public void A_worker_of_age_by_a_limit_that_has_been_set_since_it_started_is_recycled()
    {
        var script = Adapt(Ready(Off, 1).After(100), new RecycleSettings { MaxAge = TimeSpan.FromSeconds(60) });
        Assert.Contains(new GroupAction.Weigh(1, WorkerReason.MaxAge), script.Started);
    }

    [Fact]
    public void Samples_above_another_limit_do_not_count()
    {
        var script = Ready(new RecycleSettings { WorkerMemory = Limit }, 1).On(new GroupEvent.MemorySampled(1, 3 * Limit)).On(new GroupEvent.MemorySampled(1, 3 * Limit));
        Adapt(script, new RecycleSettings { WorkerMemory = Limit, MaxRequests = 7 });
        Assert.Equal(2, script.State.Find(1)!.SamplesOver);
        Adapt(script, new RecycleSettings { WorkerMemory = 2 * Limit });
        Assert.Empty(script.On(new GroupEvent.MemorySampled(1, 3 * Limit)).Started);
    }

    [Theory]
    [InlineData(1000, 0.1, 0, 1000)]
    [InlineData(1000, 0.1, 0.5, 950)]
    [InlineData(1000, 0.1, 1, 900)]
    [InlineData(1000, 0, 1, 1000)]
    [InlineData(1, 0.5, 1, 1)]
    public void Jitter_only_ever_lowers_a_limit(int most, double jitter, double spread, long expected) =>
        Assert.Equal(expected, RecyclePlan.MaxRequests(new RecycleSettings { MaxRequests = most, Jitter = jitter }, spread));

    [Fact]
    public void What_is_off_has_no_limit()
    {
        Assert.Equal(long.MaxValue, RecyclePlan.MaxRequests(Off, 1));
        Assert.Null(RecyclePlan.MaxAge(Off, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.999)]
    public void Ranks_have_slices_of_their_own(double random)
    {
        var spreads = Enumerable.Range(0, 4).Select(rank => RecyclePlan.Spread(rank, 4, random)).ToList();
        Assert.All(spreads.Select(static (spread, rank) => (spread, rank)), static at => Assert.InRange(at.spread, at.rank / 4.0, (at.rank + 1) / 4.0));
    }

    private static PlannerScript Adapt(PlannerScript script, RecycleSettings limits) => script.On(new GroupEvent.SettingsAdapted(script.State.Settings with { Recycle = limits }));

    private static PlannerScript Ready(RecycleSettings recycle, int processes) =>
        new PlannerScript(processes, recycle: recycle).Start().Boot([.. Enumerable.Range(1, processes)]).After(1);
}
