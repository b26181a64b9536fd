using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class CancellationTests : SchedulerTest
{
    [ThreadStatic]
    private static bool t_releasing;

    [Fact]
    public void A_cancelled_waiter_never_takes_a_slot()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire(), first = Acquire(), second = Acquire();
        first.HangUp();
        Assert.Equal(AdmissionOutcome.ClientGone, first.Outcome);
        Release(holder);
        Assert.Equal(1, second.Lease.Worker);
        Assert.Equal(1, Scheduler.Snapshot().Workers[0].Busy);
    }

    [Fact]
    public void A_client_that_has_left_already_takes_no_free_slot()
    {
        Scheduler.Offer(1, 0, 1, 1);
        var gone = new Ticket(Scheduler.AcquireAsync(new SlotRequest(), new CancellationToken(canceled: true)));
        Assert.Equal(AdmissionOutcome.ClientGone, gone.Outcome);
        Assert.Equal(0, Scheduler.Snapshot().Workers[0].Busy);
    }

    [Fact]
    public void A_grant_that_came_before_the_hang_up_is_the_callers()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire(), waiter = Acquire();
        Release(holder);
        waiter.HangUp();
        Assert.Equal(1, Scheduler.Snapshot().Workers[0].Busy);
        Release(waiter);
        Assert.Equal(0, Scheduler.Snapshot().Workers[0].Busy);
    }

    [Fact]
    public void A_late_hang_up_does_not_reach_the_next_user_of_a_pooled_waiter()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire(), first = Acquire();
        Release(holder);
        Assert.False(first.IsWaiting);
        Ticket next = Acquire();
        first.HangUp();
        Assert.True(next.IsWaiting);
        Assert.Equal(1, QueueLength);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Those_who_stay_keep_their_order(int leaver)
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire();
        var waiters = new List<Ticket> { Acquire(), Acquire(), Acquire() };
        waiters[leaver].HangUp();
        waiters.RemoveAt(leaver);
        Release(holder);
        Assert.False(waiters[0].IsWaiting);
        Assert.True(waiters[1].IsWaiting);
        Release(waiters[0]);
        Assert.False(waiters[1].IsWaiting);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_waiter_does_not_continue_inside_the_release()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire();
        Task<bool> continued = ContinueAsync(TestContext.Current.CancellationToken);
        t_releasing = true;
        Release(holder);
        t_releasing = false;
        Assert.False(await continued);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_queued_path_reuses_its_waiters()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire();
        for (int i = 0; i < 100; i++)
        {
            ValueTask<AdmissionResult> pending = Scheduler.AcquireAsync(new SlotRequest(), TestContext.Current.CancellationToken);
            Scheduler.Release(holder.Lease);
            AdmissionResult result = await pending;
            holder = new Ticket(new ValueTask<AdmissionResult>(result));
        }

        Assert.Equal(101, Scheduler.Snapshot().Totals.Granted);
    }

    private async Task<bool> ContinueAsync(CancellationToken cancellationToken)
    {
        await Scheduler.AcquireAsync(new SlotRequest(), cancellationToken).ConfigureAwait(false);
        return t_releasing;
    }
}
