using Xunit;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>A worker that has been granted its number of leases is reported once, and grants on.</summary>
public sealed class LeaseLimitTests : SchedulerTest
{
    [Fact]
    public void A_worker_is_spent_by_the_lease_that_reaches_its_limit()
    {
        Scheduler.Offer(1, 0, 1, capacity: 2);
        Scheduler.LimitLeases(1, 3);
        Release(Acquire());
        Release(Acquire());
        Assert.Empty(Spent);
        Release(Acquire());
        Assert.Equal([1], Spent);
        Release(Acquire());
        Assert.Equal([1], Spent);
        Assert.Equal(4, Scheduler.Snapshot().Workers[0].Granted);
    }

    [Fact]
    public void Leases_handed_to_waiters_count()
    {
        Scheduler.Offer(1, 0, 1, capacity: 1);
        Scheduler.Offer(2, 1, 1, capacity: 1);
        Scheduler.LimitLeases(1, 2);
        Scheduler.LimitLeases(2, 2);
        Ticket[] running = AcquireAll(0, 0);
        AcquireAll(0, 0);
        Release(running[0]);
        Assert.Equal([1], Spent);
        Release(running[1]);
        Assert.Equal([1, 2], Spent);
    }

    [Fact]
    public void Two_workers_spent_by_one_change_are_both_reported()
    {
        Scheduler.Offer(1, 0, 1, capacity: 1);
        Scheduler.Offer(2, 1, 1, capacity: 1);
        Scheduler.LimitLeases(1, 1);
        Scheduler.LimitLeases(2, 1);
        Scheduler.Pause();
        AcquireAll(0, 0);
        Assert.Empty(Spent);
        Scheduler.Resume();
        Assert.Equal([1, 2], Spent.Order());
    }

    [Fact]
    public void A_limit_that_is_reached_already_is_reported_at_once()
    {
        Scheduler.Offer(1, 0, 1, capacity: 1);
        Release(Acquire());
        Scheduler.LimitLeases(1, 1);
        Assert.Equal([1], Spent);
    }

    [Fact]
    public void A_limit_that_is_set_again_is_reported_again()
    {
        Scheduler.Offer(1, 0, 1, capacity: 1);
        Scheduler.LimitLeases(1, 2);
        Release(Acquire());
        Scheduler.LimitLeases(1, 3);
        Release(Acquire());
        Assert.Empty(Spent);
        Release(Acquire());
        Scheduler.LimitLeases(1, 1);
        Assert.Equal([1, 1], Spent);
    }

    [Fact]
    public void A_limit_that_is_taken_away_spends_nobody()
    {
        Scheduler.Offer(1, 0, 1, capacity: 1);
        Scheduler.LimitLeases(1, 2);
        Release(Acquire());
        Scheduler.LimitLeases(1, long.MaxValue);
        Release(Acquire());
        Assert.Empty(Spent);
    }

    [Fact]
    public void An_unknown_worker_has_no_limit()
    {
        Scheduler.LimitLeases(7, 1);
        Assert.Empty(Spent);
    }
}
