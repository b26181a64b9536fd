using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class RefusalTests : SchedulerTest
{
    [Fact]
    public void A_full_queue_refuses_at_once()
    {
        Scheduler.Configure(Limits with { QueueLimit = 2 });
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0, 0, 0);
        Assert.Equal(AdmissionOutcome.QueueFull, tickets[3].Outcome);
        Assert.True(tickets[2].IsWaiting);
    }

    [Fact]
    public void A_queue_of_none_still_leases_free_slots()
    {
        Scheduler.Configure(Limits with { QueueLimit = 0 });
        Scheduler.Offer(1, 0, 1, 1);
        Assert.True(Acquire().Result.IsGranted);
        Assert.Equal(AdmissionOutcome.QueueFull, Acquire().Outcome);
    }

    [Fact]
    public void A_request_that_would_wait_too_long_is_refused_at_once()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Serve(seconds: 2);
        Ticket[] tickets = AcquireAll(0, 0, 0, 0);
        Assert.True(tickets[2].IsWaiting);                                  // 2 s residual, 2 s ahead
        Assert.Equal(AdmissionOutcome.WouldWaitTooLong, tickets[3].Outcome); // 6 s
        Assert.Equal(TimeSpan.FromSeconds(6), tickets[3].Result.RetryAfter);
        Advance(1);
        Assert.Equal(AdmissionOutcome.WouldWaitTooLong, Acquire().Outcome); // 1 s residual, 4 s ahead: just in time is too late
        Advance(1);
        Assert.True(Acquire().IsWaiting);                                   // 4 s ahead
    }

    [Fact]
    public void Few_samples_refuse_nobody()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Serve(seconds: 60, leases: 15);
        Assert.All(AcquireAll(0, 0, 0).Skip(1), ticket => Assert.True(ticket.IsWaiting));
        Assert.Null(Scheduler.Snapshot().MeanServiceTime);
    }

    [Fact]
    public void An_upgraded_connection_says_nothing_about_service_times()
    {
        Scheduler.Offer(1, 0, 1, 2);
        Ticket socket = Acquire(kind: SlotKind.Upgraded);
        Serve(seconds: 1);
        Advance(3600);
        Assert.Equal(TimeSpan.FromSeconds(1), Scheduler.Snapshot().MeanServiceTime);
        Ticket[] tickets = AcquireAll(0, 0, 0, 0, 0);
        Assert.True(tickets[4].IsWaiting);
        Assert.Equal(AdmissionOutcome.WouldWaitTooLong, Acquire().Outcome); // 1 + 4 s on the one slot that comes back
        Release(socket);
        Assert.Equal(TimeSpan.FromSeconds(1), Scheduler.Snapshot().MeanServiceTime);
    }

    [Fact]
    public void One_that_has_waited_MaxWait_is_refused_then_and_not_before()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire(), first = Acquire();
        Advance(1);
        Ticket second = Acquire();
        Advance(3.999);
        Assert.True(first.IsWaiting);
        Advance(0.001);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, first.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(5), first.Result.Waited);
        Assert.True(second.IsWaiting);
        Advance(1);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, second.Outcome);
        Release(holder);
        Assert.Equal(0, Scheduler.Snapshot().Workers[0].Busy);
    }

    [Fact]
    public void A_new_MaxWait_holds_for_those_who_wait()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0);
        Advance(2);
        Scheduler.Configure(Limits with { MaxWait = TimeSpan.FromSeconds(3) });
        Advance(0.999);
        Assert.True(tickets[1].IsWaiting);
        Advance(0.001);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, tickets[1].Outcome);
    }

    [Fact]
    public void A_MaxWait_that_is_over_already_ends_the_wait_at_once()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0);
        Advance(2);
        Scheduler.Configure(Limits with { MaxWait = TimeSpan.FromSeconds(1) });
        Assert.Equal(AdmissionOutcome.WaitedTooLong, tickets[1].Outcome);
    }

    [Fact]
    public void Without_MaxWait_nobody_is_refused_for_time()
    {
        Scheduler.Configure(Limits with { MaxWait = Timeout.InfiniteTimeSpan });
        Scheduler.Offer(1, 0, 1, 1);
        Serve(seconds: 60);
        Ticket[] tickets = AcquireAll(0, 0, 0);
        Advance(86_400 * 60);
        Assert.True(tickets[2].IsWaiting);
    }

    [Fact]
    public void A_MaxWait_of_zero_waits_for_nothing()
    {
        Scheduler.Configure(Limits with { MaxWait = TimeSpan.Zero });
        Scheduler.Offer(1, 0, 1, 1);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, AcquireAll(0, 0)[1].Outcome);
    }

    [Fact]
    public void A_MaxWait_of_months_ends_on_time()
    {
        Scheduler.Configure(Limits with { MaxWait = TimeSpan.FromDays(60) });
        Scheduler.Offer(1, 0, 1, 1);
        Ticket waiter = AcquireAll(0, 0)[1];
        for (int day = 0; day < 60; day++)
        {
            Assert.True(waiter.IsWaiting);
            Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(AdmissionOutcome.WaitedTooLong, waiter.Outcome);
    }

    [Fact]
    public void A_retry_stands_where_it_stood_and_waits_from_now()
    {
        Scheduler.Offer(1, 0, 1, 1);
        long firstTry = Time.GetTimestamp();
        Advance(7);
        Ticket holder = Acquire(), other = Acquire();
        Advance(1);
        Ticket retry = Acquire(excluded: 9, enqueuedAt: firstTry);
        Assert.True(retry.IsWaiting);
        Advance(4);
        Assert.Equal(AdmissionOutcome.WaitedTooLong, other.Outcome);
        Ticket last = Acquire();
        Release(holder);
        Assert.Equal(TimeSpan.FromSeconds(4), retry.Result.Waited);
        Assert.True(last.IsWaiting);
    }

    [Fact]
    public void A_retry_is_served_before_those_who_came_later()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire();
        long early = Time.GetTimestamp();
        Advance(0.1);
        Ticket other = Acquire();
        Ticket retry = Acquire(excluded: 9, enqueuedAt: early);
        Release(holder);
        Assert.True(other.IsWaiting);
        Assert.True(retry.Result.IsGranted);
    }

    [Fact]
    public void A_retry_passes_the_estimate_and_the_limit_up_to_twice_the_limit()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire();
        Scheduler.Configure(Limits with { QueueLimit = 1 });
        Ticket waiter = Acquire(), retry = Acquire(excluded: 9);
        Assert.True(retry.IsWaiting);
        Assert.Equal(AdmissionOutcome.QueueFull, Acquire().Outcome);
        Assert.Equal(AdmissionOutcome.QueueFull, Acquire(excluded: 9).Outcome);
        Release(holder);
        Assert.True(waiter.Result.IsGranted);
    }

    [Fact]
    public void The_estimate_does_not_refuse_a_retry()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Serve(seconds: 20);
        Acquire();
        Assert.Equal(AdmissionOutcome.WouldWaitTooLong, Acquire().Outcome);
        Assert.True(Acquire(excluded: 9).IsWaiting);
    }
}
