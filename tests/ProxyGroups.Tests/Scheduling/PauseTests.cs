using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class PauseTests : SchedulerTest
{
    [Fact]
    public void While_paused_requests_queue_although_slots_are_free()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Scheduler.Pause();
        Ticket[] tickets = AcquireAll(0, 0);
        Assert.All(tickets, ticket => Assert.True(ticket.IsWaiting));
        Scheduler.Resume();
        Assert.True(tickets[0].Result.IsGranted);
        Assert.True(tickets[1].IsWaiting);
    }

    [Fact]
    public void While_paused_a_released_slot_stays_free()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0);
        Scheduler.Pause();
        Release(tickets[0]);
        Assert.True(tickets[1].IsWaiting);
        Scheduler.Resume();
        Assert.True(tickets[1].Result.IsGranted);
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 60)]
    public void While_paused_no_clock_runs(bool offered, double limit)
    {
        if (offered)
        {
            Scheduler.Offer(1, 0, 1, 0);
        }

        Ticket waiter = Acquire();
        Advance(limit - 1);
        Scheduler.Pause();
        Advance(3600);
        Scheduler.Resume();
        Advance(0.999);
        Assert.True(waiter.IsWaiting);
        Advance(0.001);
        Assert.Equal(offered ? AdmissionOutcome.WaitedTooLong : AdmissionOutcome.BootTimedOut, waiter.Outcome);
    }

    [Fact]
    public void While_paused_clients_may_leave_and_the_limit_holds()
    {
        Scheduler.Configure(Limits with { QueueLimit = 1 });
        Scheduler.Offer(1, 0, 1, 1);
        Scheduler.Pause();
        Ticket waiter = Acquire();
        Assert.Equal(AdmissionOutcome.QueueFull, Acquire().Outcome);
        waiter.HangUp();
        Assert.Equal(AdmissionOutcome.ClientGone, waiter.Outcome);
    }

    [Fact]
    public void Closed_refuses_everything_those_who_wait_included()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0, 9);
        Scheduler.Close(TimeSpan.FromSeconds(7));
        Assert.Equal([AdmissionOutcome.Closed, AdmissionOutcome.Closed], tickets.Skip(1).Select(ticket => ticket.Outcome));
        Release(tickets[0]);
        Assert.Equal(AdmissionOutcome.Closed, Acquire().Outcome);
        Assert.Equal(AdmissionOutcome.Closed, Acquire(excluded: 9).Outcome);
        Assert.Equal(TimeSpan.FromSeconds(7), Acquire().Result.RetryAfter);
        Scheduler.Open();
        Assert.True(Acquire().Result.IsGranted);
    }

    [Fact]
    public void A_disposed_scheduler_refuses_and_wakes_its_waiters()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0);
        Scheduler.Dispose();
        Assert.Equal(AdmissionOutcome.Closed, tickets[1].Outcome);
        Assert.Equal(AdmissionOutcome.Closed, Acquire().Outcome);
    }
}
