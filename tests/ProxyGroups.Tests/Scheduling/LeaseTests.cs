using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class LeaseTests : SchedulerTest
{
    [Fact]
    public void A_free_slot_is_leased_at_once()
    {
        int epoch = Scheduler.Offer(7, rank: 0, generation: 1, capacity: 1);
        SlotLease lease = Acquire().Lease;
        Assert.Equal((7, 0, epoch), (lease.Worker, lease.Slot, lease.Epoch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(200)]
    public void Leases_never_exceed_the_capacity(int capacity)
    {
        Scheduler.Offer(1, 0, 1, capacity);
        int[] slots = [.. Enumerable.Range(0, capacity).Select(_ => Acquire().Lease.Slot)];
        Assert.True(Acquire().IsWaiting);
        Assert.Equal(Enumerable.Range(0, capacity), slots);
    }

    [Fact]
    public void The_least_busy_worker_comes_first_then_the_lowest_rank()
    {
        Scheduler.Offer(1, rank: 2, 1, capacity: 2);
        Scheduler.Offer(2, rank: 0, 1, capacity: 2);
        Scheduler.Offer(3, rank: 1, 1, capacity: 2);
        Assert.Equal([2, 3, 1, 2, 3, 1], Enumerable.Range(0, 6).Select(_ => Acquire().Lease.Worker));
    }

    [Fact]
    public void The_newest_generation_with_a_free_slot_is_preferred_even_if_busier()
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 2);
        Scheduler.Offer(2, rank: 1, generation: 2, capacity: 2);
        Assert.Equal([2, 2, 1, 1], Enumerable.Range(0, 4).Select(_ => Acquire().Lease.Worker));
    }

    [Fact]
    public void A_released_slot_goes_to_the_head_waiter_before_anyone_else()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket holder = Acquire(), head = Acquire(), second = Acquire();
        Release(holder);
        Assert.False(head.IsWaiting);
        Ticket newcomer = Acquire();
        Release(head);
        Assert.False(second.IsWaiting);
        Assert.True(newcomer.IsWaiting);
    }

    [Fact]
    public void Waiters_are_served_in_the_order_they_came()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = [.. Enumerable.Range(0, 20).Select(_ => Acquire())];
        for (int i = 0; i < tickets.Length; i++)
        {
            Assert.Equal(tickets.Length - 1 - i, QueueLength);
            Release(tickets[i]);
        }

        Assert.Equal(0, Scheduler.Snapshot().Workers[0].Busy);
    }

    [Fact]
    public void A_lease_is_released_once()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket first = Acquire();
        Release(first);
        Ticket second = Acquire(), waiter = Acquire();
        Release(first);
        Assert.True(waiter.IsWaiting);
        Assert.Equal(second.Lease.Slot, first.Lease.Slot);
    }

    [Fact]
    public void A_lease_of_a_dead_worker_returns_nothing_to_its_successor()
    {
        int epoch = Scheduler.Offer(1, 0, 1, 1);
        Ticket old = Acquire();
        Scheduler.Remove(1);
        Assert.NotEqual(epoch, Scheduler.Offer(1, 0, 1, 1));
        Ticket current = Acquire(), waiter = Acquire();
        Release(old);
        Assert.True(waiter.IsWaiting);
        Release(current);
        Assert.False(waiter.IsWaiting);
    }

    [Fact]
    public void A_worker_that_is_offered_again_starts_afresh()
    {
        int first = Scheduler.Offer(1, 0, 1, 1);
        Ticket old = Acquire();
        int second = Scheduler.Offer(1, 0, 2, 1);
        Assert.NotEqual(first, second);
        Assert.False(Acquire().IsWaiting);
        Release(old);
        Assert.Equal((1L, 0L), (Scheduler.Snapshot().Totals.Lost, Scheduler.Snapshot().Totals.Released));
    }

    [Fact]
    public void An_invented_lease_frees_nothing()
    {
        int epoch = Scheduler.Offer(1, 0, 1, 2);
        SlotLease lease = Acquire().Lease;
        Scheduler.Release(default);
        Scheduler.Release(lease with { Worker = 9 });
        Scheduler.Release(lease with { Slot = 1 });
        Scheduler.Release(lease with { Slot = 1, Sequence = 0 });
        Scheduler.Release(lease with { Slot = 99 });
        Scheduler.Release(lease with { Slot = -1 });
        Scheduler.Release(lease with { Epoch = epoch + 1 });
        Scheduler.Release(lease with { Sequence = lease.Sequence + 1 });
        Assert.Equal(1, Scheduler.Snapshot().Workers[0].Busy);
    }

    [Fact]
    public async Task A_granted_and_released_lease_allocates_nothing()
    {
        Scheduler.Offer(1, 0, 1, 4);
        Scheduler.Offer(2, 1, 1, 4);
        long least = long.MaxValue;
        // The least of several rounds: the runtime allocates on this thread too when it compiles anew.
        for (int round = 0; round < 20; round++)
        {
            least = Math.Min(least, await AllocatedByAsync(leases: 1000));
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void A_forfeited_slot_goes_to_nobody_and_the_others_stay()
    {
        Scheduler.Offer(1, 0, 1, capacity: 2);
        Ticket stuck = Acquire(), other = Acquire(), waiter = Acquire();
        Scheduler.Forfeit(stuck.Lease);
        Assert.True(waiter.IsWaiting);
        Assert.Equal((1, 1), (Scheduler.Snapshot().Workers[0].Busy, Scheduler.Snapshot().Workers[0].Capacity));
        Release(other);
        Assert.False(waiter.IsWaiting);
        Scheduler.Forfeit(stuck.Lease);
        Assert.Equal(1, Scheduler.Snapshot().Workers[0].Capacity);
    }

    [Fact]
    public void A_forfeited_slot_does_not_come_back_with_a_new_capacity()
    {
        Scheduler.Offer(1, 0, 1, capacity: 2);
        Ticket stuck = Acquire();
        Scheduler.Forfeit(stuck.Lease);
        Scheduler.Resize(1, 3);
        Assert.All([Acquire(), Acquire()], ticket => Assert.False(ticket.IsWaiting));
        Assert.True(Acquire().IsWaiting);
        Scheduler.Offer(1, 0, 1, capacity: 3);
        Assert.Equal(3, Scheduler.Snapshot().Workers[0].Capacity);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_worker_that_hangs_in_a_request_is_asked_after_all_others(int generation)
    {
        Scheduler.Offer(1, 0, 1, capacity: 3);
        Scheduler.Forfeit(Acquire().Lease);
        Scheduler.Offer(2, 0, generation, capacity: 2);
        Assert.Equal([2, 2, 1], new[] { Acquire(), Acquire(), Acquire() }.Select(static ticket => ticket.Lease.Worker));
    }

    [Fact]
    public void The_last_slot_of_a_draining_worker_may_be_forfeited()
    {
        int epoch = Scheduler.Offer(1, 0, 1, capacity: 1);
        Ticket stuck = Acquire(), waiter = Acquire();
        Scheduler.Drain(1);
        Scheduler.Forfeit(stuck.Lease);
        Assert.Equal([(1, epoch)], Drained);
        Scheduler.Offer(2, 0, 1, capacity: 1);
        Assert.Equal(2, waiter.Lease.Worker);
    }

    private async ValueTask<long> AllocatedByAsync(int leases)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < leases; i++)
        {
            AdmissionResult result = await Scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None);
            Scheduler.Release(result.Lease);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
