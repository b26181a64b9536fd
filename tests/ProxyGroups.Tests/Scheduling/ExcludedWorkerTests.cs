using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class ExcludedWorkerTests : SchedulerTest
{
    [Fact]
    public void A_request_never_meets_the_worker_it_excludes()
    {
        Scheduler.Offer(1, 0, 1, 4);
        Scheduler.Offer(2, 1, 1, 4);
        Assert.All(AcquireAll(1, 1, 1, 1), ticket => Assert.Equal(2, ticket.Lease.Worker));
        Assert.True(Acquire(excluded: 1).IsWaiting);
    }

    [Fact]
    public void A_waiter_that_may_not_take_the_free_slot_does_not_block_those_behind()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Scheduler.Offer(2, 1, 1, 1);
        Ticket[] holders = AcquireAll(0, 0);
        Ticket retry = Acquire(excluded: 1), other = Acquire();
        Release(holders[0]);
        Assert.True(retry.IsWaiting);
        Assert.Equal(1, other.Lease.Worker);
        Ticket third = Acquire();
        Release(holders[1]);
        Assert.Equal(2, retry.Lease.Worker);
        Assert.True(third.IsWaiting);
    }

    [Fact]
    public void A_newcomer_passes_it_as_well()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket retry = Acquire(excluded: 1);
        Assert.Equal(1, Acquire().Lease.Worker);
        Assert.True(retry.IsWaiting);
    }

    [Fact]
    public void If_there_is_no_other_worker_it_waits_for_one_or_for_MaxWait()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket lucky = Acquire(excluded: 1);
        Scheduler.Offer(2, 1, 1, 1);
        Assert.Equal(2, lucky.Lease.Worker);
        Ticket unlucky = Acquire(excluded: 1);
        Advance(5);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, unlucky.Outcome);
    }
}
