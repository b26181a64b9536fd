using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>State x event of one worker of capacity 2 with one lease out and no one waiting.</summary>
public sealed class WorkerStateTests : SchedulerTest
{
    private const int Worker = 1;
    private int _epoch;

    [Theory]
    [InlineData("Ready", "suspect", "Suspect")]
    [InlineData("Ready", "suspect stale", "Ready")]
    [InlineData("Ready", "restore", "Ready")]
    [InlineData("Ready", "restore stale", "Ready")]
    [InlineData("Ready", "drain", "Draining")]
    [InlineData("Ready", "remove", null)]
    [InlineData("Ready", "offer", "Ready")]
    [InlineData("Suspect", "suspect", "Suspect")]
    [InlineData("Suspect", "suspect stale", "Suspect")]
    [InlineData("Suspect", "restore", "Ready")]
    [InlineData("Suspect", "restore stale", "Suspect")]
    [InlineData("Suspect", "drain", "Draining")]
    [InlineData("Suspect", "remove", null)]
    [InlineData("Suspect", "offer", "Ready")]
    [InlineData("Draining", "suspect", "Draining")]
    [InlineData("Draining", "suspect stale", "Draining")]
    [InlineData("Draining", "restore", "Draining")]
    [InlineData("Draining", "restore stale", "Draining")]
    [InlineData("Draining", "drain", "Draining")]
    [InlineData("Draining", "remove", null)]
    [InlineData("Draining", "offer", "Ready")]
    [InlineData(null, "suspect", null)]
    [InlineData(null, "restore", null)]
    [InlineData(null, "drain", null)]
    [InlineData(null, "remove", null)]
    [InlineData(null, "offer", "Ready")]
    public void Only_a_ready_worker_leases(string? state, string happening, string? expected)
    {
        Ticket? lease = Bring(state);
        Apply(happening);

        WorkerSlotsSnapshot[] workers = [.. Scheduler.Snapshot().Workers];
        Assert.Equal(expected, workers.SingleOrDefault().Id == 0 ? null : workers[0].State.ToString());
        Assert.Equal(expected == "Ready", !Acquire().IsWaiting);

        bool sameEpoch = workers.Length == 1 && workers[0].Epoch == lease?.Lease.Epoch;
        long released = Scheduler.Snapshot().Totals.Released;
        if (lease is not null)
        {
            Release(lease);
        }

        Assert.Equal(sameEpoch ? 1 : 0, Scheduler.Snapshot().Totals.Released - released);
        Assert.Equal(sameEpoch && expected == "Draining" ? [(Worker, _epoch)] : [], Drained);
    }

    [Fact]
    public void A_drain_without_leases_is_over_at_once()
    {
        int epoch = Scheduler.Offer(Worker, 0, 1, 2);
        Scheduler.Drain(Worker);
        Scheduler.Drain(Worker);
        Assert.Equal([(Worker, epoch)], Drained);
    }

    [Fact]
    public void A_drain_ends_with_the_last_lease()
    {
        int epoch = Scheduler.Offer(Worker, 0, 1, 2);
        Ticket[] leases = AcquireAll(0, 0);
        Scheduler.Drain(Worker);
        Release(leases[1]);
        Assert.Empty(Drained);
        Release(leases[0]);
        Assert.Equal([(Worker, epoch)], Drained);
    }

    [Fact]
    public void A_removed_worker_does_not_end_its_drain()
    {
        Scheduler.Offer(Worker, 0, 1, 1);
        Ticket lease = Acquire();
        Scheduler.Drain(Worker);
        Scheduler.Remove(Worker);
        Release(lease);
        Assert.Empty(Drained);
        Assert.Equal(1, Scheduler.Snapshot().Totals.Lost);
    }

    [Fact]
    public void A_suspect_draws_no_request_although_it_looks_least_busy()
    {
        int epoch = Scheduler.Offer(1, 0, 1, 2);
        Scheduler.Offer(2, 1, 1, 2);
        Ticket onFirst = Acquire();
        Scheduler.Suspect(1, epoch);
        Release(onFirst);
        Assert.Equal([2, 2], AcquireAll(0, 0).Select(ticket => ticket.Lease.Worker));
        Ticket waiter = Acquire();
        Scheduler.Restore(1, epoch);
        Assert.Equal(1, waiter.Lease.Worker);
    }

    [Fact]
    public void A_shrunken_worker_leases_only_below_its_new_capacity()
    {
        Scheduler.Offer(1, 0, 1, 4);
        Ticket[] leases = AcquireAll(0, 0, 0, 0);
        Scheduler.Resize(1, 2);
        Ticket waiter = Acquire();
        Release(leases[0]);
        Release(leases[1]);
        Assert.True(waiter.IsWaiting);
        Release(leases[2]);
        Assert.Equal(0, waiter.Lease.Slot);
    }

    [Fact]
    public void A_grown_worker_wakes_waiters()
    {
        Scheduler.Offer(1, 0, 1, 1);
        Ticket[] tickets = AcquireAll(0, 0, 0);
        Scheduler.Resize(1, 3);
        Assert.Equal([0, 1, 2], tickets.Select(ticket => ticket.Lease.Slot));
    }

    private Ticket? Bring(string? state)
    {
        if (state is null)
        {
            return null;
        }

        _epoch = Scheduler.Offer(Worker, 0, 1, 2);
        Ticket lease = Acquire();
        Apply(state switch { "Suspect" => "suspect", "Draining" => "drain", _ => "restore" });
        return lease;
    }

    private void Apply(string happening)
    {
        switch (happening)
        {
            case "suspect": Scheduler.Suspect(Worker, _epoch); break;
            case "suspect stale": Scheduler.Suspect(Worker, _epoch - 1); break;
            case "restore": Scheduler.Restore(Worker, _epoch); break;
            case "restore stale": Scheduler.Restore(Worker, _epoch - 1); break;
            case "drain": Scheduler.Drain(Worker); break;
            case "remove": Scheduler.Remove(Worker); break;
            case "offer": Scheduler.Offer(Worker, 0, 1, 2); break;
            default: throw new ArgumentOutOfRangeException(nameof(happening), happening, null);
        }
    }
}
