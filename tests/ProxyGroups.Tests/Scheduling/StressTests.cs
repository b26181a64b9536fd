using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>
/// Clients, worker deaths and time on real threads at once. At the end every admission and every lease is accounted for, and
/// at no time did a worker have more leases than slots, those it is stuck in included.
/// </summary>
public sealed class StressTests
{
    private const int Clients = 8;
    private const int RequestsPerClient = 2_000;
    private const int Workers = 4;
    private const int Capacity = 2;

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentDictionary<(int Worker, int Epoch), LeaseCount> _held = new();
    private readonly int[] _epochs = new int[Workers + 1];
    private long _asked;
    private long _granted;
    private int _forfeited;
    private int _drained;

    [Fact(Timeout = 60_000)]
    public async Task Under_load_deaths_and_hang_ups_no_slot_is_lost_or_shared()
    {
        var limits = new SchedulerLimits(6, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200));
        using var scheduler = new SlotScheduler(limits, _time) { WorkerDrained = (_, _) => Interlocked.Increment(ref _drained) };
        using var over = new CancellationTokenSource();
        Task chaos = Task.Run(() => DisturbAsync(scheduler, over.Token), TestContext.Current.CancellationToken);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(seed =>
            Task.Run(() => RunClientAsync(scheduler, seed), TestContext.Current.CancellationToken))];

        await Task.WhenAll(clients);
        await over.CancelAsync();
        await chaos;

        AssertAllIsBack(scheduler.Snapshot());
        AssertAllSlotsLease(scheduler);
    }

    private async Task RunClientAsync(SlotScheduler scheduler, int seed)
    {
        var random = new Random(seed);
        SlotLease last = default;
        long enqueuedAt = 0;
        for (int i = 0; i < RequestsPerClient; i++)
        {
            using var client = new CancellationTokenSource();
            Interlocked.Increment(ref _asked);
            int excluded = random.Next(10) == 0 ? random.Next(1, Workers + 1) : 0;
            bool isRetry = random.Next(10) == 0;
            enqueuedAt = isRetry ? enqueuedAt : _time.GetTimestamp();
            var request = new SlotRequest(enqueuedAt, excluded, IsRetry: isRetry);
            ValueTask<AdmissionResult> pending = scheduler.AcquireAsync(in request, client.Token);
            Task hangUp = random.Next(4) == 0 ? Task.Run(client.Cancel, CancellationToken.None) : Task.CompletedTask;
            AdmissionResult result = await pending;
            await hangUp;
            if (result.IsGranted)
            {
                await UseAsync(scheduler, result.Lease, last, random);
                last = result.Lease;
            }
        }
    }

    private async Task UseAsync(SlotScheduler scheduler, SlotLease lease, SlotLease stale, Random random)
    {
        Interlocked.Increment(ref _granted);
        LeaseCount count = _held.GetOrAdd((lease.Worker, lease.Epoch), static _ => new LeaseCount());
        Assert.True(Interlocked.Increment(ref count.Value) <= Capacity, "more leases than slots");
        if (random.Next(3) == 0)
        {
            await Task.Yield();
        }

        scheduler.Release(stale);
        scheduler.Forfeit(stale);
        if (random.Next(20) == 0)
        {
            // It stays in the count: the worker is stuck in it until it is removed.
            Interlocked.Increment(ref _forfeited);
            scheduler.Forfeit(lease);
            return;
        }

        Interlocked.Decrement(ref count.Value);
        scheduler.Release(lease);
    }

    /// <summary>Kills, suspects, drains, resizes and replaces workers, and moves the clock, until the clients have finished.</summary>
    private async Task DisturbAsync(SlotScheduler scheduler, CancellationToken over)
    {
        var random = new Random(1);
        while (!over.IsCancellationRequested)
        {
            int worker = random.Next(1, Workers + 1);
            switch (random.Next(7))
            {
                case 0: scheduler.Suspect(worker, _epochs[worker]); break;
                case 1: scheduler.Restore(worker, _epochs[worker]); break;
                case 2: scheduler.Remove(worker); break;
                case 3: scheduler.Drain(worker); break;
                case 4: Offer(scheduler, worker); break;
                case 5: scheduler.Resize(worker, Capacity); break;
                default: _time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 20))); break;
            }

            await Task.Yield();
        }
    }

    private void Offer(SlotScheduler scheduler, int worker) =>
        _epochs[worker] = scheduler.Offer(worker, worker, generation: 1, Capacity);

    private void AssertAllIsBack(SchedulerSnapshot snapshot)
    {
        AdmissionTotals totals = snapshot.Totals;
        Assert.Equal(0, snapshot.QueueLength);
        Assert.All(snapshot.Workers, worker => Assert.Equal((0, Capacity - Stuck(worker)), (worker.Busy, worker.Capacity)));
        Assert.NotEqual(0, _forfeited);
        Assert.Equal(_granted, totals.Granted);
        Assert.Equal(_granted, totals.Released + totals.Lost);
        Assert.Equal(_asked, totals.Granted + totals.QueueFull + totals.WouldWaitTooLong + totals.WaitedTooLong
            + totals.ClientGone + totals.BootTimedOut + totals.Closed);
        Assert.Equal(Clients * RequestsPerClient, _asked);
    }

    private int Stuck(WorkerSlotsSnapshot worker) =>
        _held.TryGetValue((worker.Id, worker.Epoch), out LeaseCount? count) ? count.Value : 0;

    private void AssertAllSlotsLease(SlotScheduler scheduler)
    {
        foreach (int worker in Enumerable.Range(1, Workers))
        {
            Offer(scheduler, worker);
        }

        Assert.All(Enumerable.Range(0, Workers * Capacity), _ => Assert.False(
            new Ticket(scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None)).IsWaiting));
        Assert.True(new Ticket(scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None)).IsWaiting);
    }

    private sealed class LeaseCount
    {
        public int Value;
    }
}
