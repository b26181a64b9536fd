using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class BootTests : SchedulerTest
{
    [Fact]
    public void While_the_group_boots_the_wait_clock_stands_still()
    {
        Ticket waiter = Acquire();
        Advance(30);
        Assert.True(waiter.IsWaiting);
        Scheduler.Offer(1, 0, 1, 1);
        Assert.True(waiter.Result.IsGranted);
        Assert.Equal(TimeSpan.FromSeconds(30), waiter.Result.Waited);
    }

    [Fact]
    public void A_boot_that_takes_too_long_ends_the_wait()
    {
        Ticket waiter = Acquire();
        Advance(59.999);
        Assert.True(waiter.IsWaiting);
        Advance(0.001);
        Assert.Equal(AdmissionOutcome.BootTimedOut, waiter.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(60), waiter.Result.RetryAfter);
    }

    [Fact]
    public void After_the_boot_the_wait_begins()
    {
        Ticket[] tickets = AcquireAll(0, 0);
        Advance(30);
        Scheduler.Offer(1, 0, 1, 1);
        Advance(4.999);
        Assert.True(tickets[1].IsWaiting);
        Advance(0.001);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, tickets[1].Outcome);
    }

    [Fact]
    public void A_wait_goes_on_where_a_second_boot_interrupted_it()
    {
        int epoch = Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0);
        Advance(3);
        Scheduler.Suspect(1, epoch);
        Advance(10);
        Scheduler.Remove(1);
        Advance(10);
        Scheduler.Offer(2, 0, 1, 0);
        Advance(1.999);
        Assert.True(tickets[1].IsWaiting);
        Advance(0.001);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, tickets[1].Outcome);
    }

    [Fact]
    public void While_booting_the_queue_limit_holds_and_the_estimate_does_not()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Serve(seconds: 60);
        Scheduler.Remove(1);
        Scheduler.Configure(Limits with { QueueLimit = 3 });
        Ticket[] tickets = AcquireAll(0, 0, 0, 0);
        Assert.True(tickets[2].IsWaiting);
        Assert.Equal(AdmissionOutcome.QueueFull, tickets[3].Outcome);
    }

    [Fact]
    public void A_new_worker_wakes_as_many_waiters_as_it_has_slots()
    {
        Ticket[] tickets = AcquireAll(0, 0, 0);
        Scheduler.Offer(1, 0, 1, 2);
        Assert.Equal([false, false, true], tickets.Select(ticket => ticket.IsWaiting));
    }

    [Fact]
    public void A_waiter_without_a_worker_asks_for_one()
    {
        Acquire();
        Assert.Equal(1, Starvations);
        Scheduler.Offer(1, 0, 1, 1);
        Acquire();
        Assert.Equal(1, Starvations);
    }

    [Theory]
    [InlineData("suspect")]
    [InlineData("drain")]
    [InlineData("remove")]
    public void The_last_worker_that_goes_leaves_a_demand(string how)
    {
        int epoch = Scheduler.Offer(1, 0, 1, 1);
        AcquireAll(0, 0);
        Assert.Equal(0, Starvations);
        Withdraw(how, 1, epoch);
        Assert.Equal(1, Starvations);
    }

    [Theory]
    [InlineData("suspect")]
    [InlineData("drain")]
    [InlineData("remove")]
    public void A_worker_that_is_not_the_last_leaves_none(string how)
    {
        int epoch = Scheduler.Offer(1, 0, 1, 1);
        Scheduler.Offer(2, 0, 1, 1);
        AcquireAll(0, 0, 0);
        Withdraw(how, 1, epoch);
        Assert.Equal(0, Starvations);
    }

    [Fact]
    public void A_request_that_waits_beside_a_busy_worker_is_reported()
    {
        Scheduler.Offer(1, 0, 1, 1);
        AcquireAll(0);
        Assert.Equal(0, Queued);
        AcquireAll(0, 0);
        Assert.Equal(2, Queued);
        Assert.Equal(0, Starvations);
    }

    [Fact]
    public void A_worker_is_idle_since_its_last_lease_or_its_offer()
    {
        Scheduler.Offer(1, 0, 1, 2);
        Advance(3);
        Assert.Equal(TimeSpan.FromSeconds(3), Scheduler.Snapshot().Workers[0].IdleFor);
        var (one, two) = (Acquire(), Acquire());
        Advance(3);
        Release(one);
        Advance(3);
        Assert.Equal(TimeSpan.Zero, Scheduler.Snapshot().Workers[0].IdleFor);
        Release(two);
        Advance(2);
        Assert.Equal(TimeSpan.FromSeconds(2), Scheduler.Snapshot().Workers[0].IdleFor);
    }

    private void Withdraw(string how, int worker, int epoch)
    {
        switch (how)
        {
            case "suspect": Scheduler.Suspect(worker, epoch); break;
            case "drain": Scheduler.Drain(worker); break;
            default: Scheduler.Remove(worker); break;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rank_stays_idle_when_its_worker_is_replaced(bool isBeside)
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 1);
        Scheduler.Offer(2, rank: 1, generation: 1, capacity: 1);
        Advance(20);
        Assert.Equal(1, Replace());
        Advance(5);
        Assert.Equal([25, 25], Scheduler.Snapshot().Workers.Select(static worker => worker.IdleFor.TotalSeconds));
        var ticket = Acquire();
        Advance(1);
        Release(ticket);
        Advance(2);
        Assert.Equal([28, 2], Scheduler.Snapshot().Workers.Select(static worker => worker.IdleFor.TotalSeconds));

        int Replace()
        {
            if (isBeside)
            {
                Scheduler.Offer(3, rank: 0, generation: 1, capacity: 1);
            }

            Scheduler.Drain(1);
            Scheduler.Remove(1);
            if (!isBeside)
            {
                Scheduler.Offer(3, rank: 0, generation: 1, capacity: 1);
            }

            return Scheduler.Snapshot().Workers.Count(static worker => worker.Rank == 0);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Neither_a_rank_that_was_busy_to_its_end_nor_one_that_was_asked_for_again_was_idle(bool isBusy)
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 1);
        Advance(20);
        if (isBusy)
        {
            Acquire();
        }

        Scheduler.Remove(1);
        if (!isBusy)
        {
            Acquire().HangUp();
        }

        Advance(5);
        Scheduler.Offer(2, rank: 0, generation: 1, capacity: 1);
        Advance(1);
        Assert.Equal(1, Assert.Single(Scheduler.Snapshot().Workers).IdleFor.TotalSeconds);
    }
}
