using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

public sealed class WaitEstimateTests
{
    [Theory]
    [InlineData(1, 0, 0, 100)]      // one slot, lease just begun: the whole service
    [InlineData(1, 0, 40, 60)]      // 40 of 100 are over
    [InlineData(1, 3, 40, 360)]
    [InlineData(1, 0, 500, 0)]      // longer than the mean: never negative
    [InlineData(4, 0, 0, 25)]       // a slot comes back every 25
    [InlineData(4, 8, 50, 212.5)]
    public void The_estimate_is_the_work_ahead_over_the_slots(int slots, int ahead, long elapsed, double expected)
    {
        var workers = new WorkerTable();
        workers.Offer(1, 0, 1, slots, now: 0);
        for (int i = 0; i < slots; i++)
        {
            workers.TryGrant(0, SlotKind.Thread, i + 1, 1000 - elapsed, out _);
        }

        Assert.Equal(expected, WaitEstimate.Of(ahead, workers, Mean(100), now: 1000));
    }

    [Fact]
    public void Workers_that_lease_nothing_do_not_count()
    {
        var workers = new WorkerTable();
        workers.Offer(1, 0, 1, 1, now: 0);
        workers.Offer(2, 0, 1, 8, now: 0);
        workers.SetState(workers.Find(2)!, WorkerSlotsState.Draining);
        Assert.Equal(200, WaitEstimate.Of(2, workers, Mean(100), now: 0));
    }

    [Fact]
    public void Nothing_is_known_without_samples_or_slots()
    {
        var workers = new WorkerTable();
        Assert.Null(WaitEstimate.Of(1, workers, Mean(100), 0));
        workers.Offer(1, 0, 1, 1, now: 0);
        Assert.Null(WaitEstimate.Of(1, workers, default, 0));
    }

    [Fact]
    public void Timestamps_may_be_large()
    {
        var workers = new WorkerTable();
        workers.Offer(1, 0, 1, 1000, now: 0);
        const long Now = long.MaxValue - 1;
        for (int i = 0; i < 1000; i++)
        {
            workers.TryGrant(0, SlotKind.Thread, i + 1, Now - 50, out _);
        }

        Assert.Equal(0.05, WaitEstimate.Of(0, workers, Mean(100), Now));
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(1.0, 1)]
    [InlineData(1.1, 2)]
    [InlineData(59.5, 60)]
    [InlineData(1000.0, 60)]
    [InlineData(null, 5)]
    public void A_refusal_names_whole_seconds(double? seconds, int expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), RetryAfterHint.From(seconds * 1000, limit: 5000, frequency: 1000));

    [Fact]
    public void The_mean_follows_a_change_of_the_service()
    {
        ServiceTime service = Mean(100);
        for (int i = 0; i < 64; i++)
        {
            service.Add(10);
        }

        Assert.InRange(service.Mean, 10, 25);
    }

    private static ServiceTime Mean(long duration)
    {
        ServiceTime service = default;
        for (int i = 0; i < 16; i++)
        {
            service.Add(duration);
        }

        return service;
    }
}
