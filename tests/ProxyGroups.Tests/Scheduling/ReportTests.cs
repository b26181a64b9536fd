using ProxyGroups.Scheduling;
using ProxyGroups.Telemetry;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>What is read for people: who holds which slot, how long requests waited and were served, how much of the slot time was used.</summary>
public sealed class ReportTests : SchedulerTest
{
    [Fact]
    public void Held_slots_tell_their_worker_and_age()
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 2);
        Acquire();
        Advance(3);
        Acquire(kind: SlotKind.Upgraded);
        Advance(1);
        Assert.Equal(
            [new HeldSlot(1, 0, SlotKind.Thread, TimeSpan.FromSeconds(4)), new HeldSlot(1, 1, SlotKind.Upgraded, TimeSpan.FromSeconds(1))], Scheduler.Report().Held);
    }

    [Fact]
    public void Slot_time_is_counted_from_offer_to_removal_and_held_to_the_moment()
    {
        Advance(100);
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 4);
        Ticket first = Acquire();
        Acquire();
        Advance(10);
        AssertSlotTime(offered: 40, held: 20);
        Release(first);
        Scheduler.Resize(1, 2);
        Advance(10);
        AssertSlotTime(offered: 60, held: 30);
        Scheduler.Drain(1);
        Advance(10);
        AssertSlotTime(offered: 80, held: 40);
        // Its last lease ends with it.
        Scheduler.Remove(1);
        Advance(10);
        AssertSlotTime(offered: 80, held: 40);
    }

    [Fact]
    public void A_forfeited_slot_is_no_slot_any_more()
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 2);
        Ticket stuck = Acquire();
        Advance(5);
        Scheduler.Forfeit(stuck.Lease);
        Advance(5);
        AssertSlotTime(offered: 15, held: 5);
        Assert.Equal(1, Scheduler.Report().Services.Count);
    }

    [Fact]
    public void Waits_are_those_of_all_who_asked_and_services_those_that_ended()
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 1);
        Ticket first = Acquire();
        Ticket second = Acquire();
        Advance(2);
        Release(first);
        Advance(0.004);
        Release(second);
        Scheduler.Close(TimeSpan.Zero);
        Acquire();
        SchedulerReport report = Scheduler.Report();
        Assert.Equal((3, TimeSpan.FromSeconds(2)), (report.Waits.Count, report.Waits.Sum));
        Assert.Equal((2, 1), (report.Waits.Counts[0], report.Waits.Counts[Bucket(2.5)]));
        Assert.Equal((2, TimeSpan.FromSeconds(2.004)), (report.Services.Count, report.Services.Sum));
        Assert.Equal((1, 1), (report.Services.Counts[Bucket(0.005)], report.Services.Counts[Bucket(2.5)]));
    }

    [Fact]
    public void Since_an_earlier_look_each_bucket_has_its_count_and_mean()
    {
        Scheduler.Offer(1, rank: 0, generation: 1, capacity: 4);
        Serve(0.002);
        var earlier = Scheduler.Report().Services;
        Assert.Empty(earlier.Since(earlier));
        Array.ForEach([0.0015, 0.0025, 0.0005, 70], Serve);
        Assert.Equal([(Seconds(0.0005), 1L), (Seconds(0.002), 2L), (Seconds(70), 1L)], Scheduler.Report().Services.Since(earlier));

        void Serve(double seconds)
        {
            Ticket ticket = Acquire();
            Advance(seconds);
            Release(ticket);
        }

        static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
    }

    [Fact]
    public void A_quantile_lies_within_the_bucket_of_its_rank()
    {
        var counts = new long[DurationBuckets.Bounds.Count + 1];
        (counts[0], counts[Bucket(0.1)], counts[^1]) = (50, 40, 10);
        var times = new DurationHistogram([], counts);
        Assert.Equal(0.001, times.Quantile(0.5)!.Value.TotalSeconds, 6);
        Assert.Equal(0.075, times.Quantile(0.7)!.Value.TotalSeconds, 6);
        Assert.Equal(TimeSpan.FromSeconds(60), times.Quantile(0.99));
        Assert.Null(new DurationHistogram([], new long[counts.Length]).Quantile(0.5));
    }

    private static int Bucket(double bound) => DurationBuckets.Bounds.ToList().IndexOf(bound);

    private void AssertSlotTime(double offered, double held)
    {
        var expected = new SlotTotals(TimeSpan.FromSeconds(offered), TimeSpan.FromSeconds(held));
        Assert.Equal(expected, Scheduler.ReadSlotTime());
        Assert.Equal(expected, Scheduler.Report().SlotTime);
    }
}
