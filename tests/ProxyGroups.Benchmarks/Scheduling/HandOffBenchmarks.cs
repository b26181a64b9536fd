using BenchmarkDotNet.Attributes;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Benchmarks.Scheduling;

/// <summary>
/// One slot and always one waiter. The first measures the scheduler alone: queue a request, hand it the slot of the one before.
/// The second has two clients that really wait for each other, hops over the thread pool included.
/// </summary>
[MemoryDiagnoser]
public class HandOffBenchmarks : IDisposable
{
    private const int HandOffs = 1000;

    private readonly SlotScheduler _scheduler = new(
        new SchedulerLimits(1000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)), TimeProvider.System);

    [GlobalSetup]
    public void Offer() => _scheduler.Offer(1, 0, 1, 1);

    [Benchmark(OperationsPerInvoke = HandOffs)]
    public async Task QueueAndHandOff()
    {
        AdmissionResult holder = await _scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None);
        for (int i = 0; i < HandOffs; i++)
        {
            ValueTask<AdmissionResult> waiter = _scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None);
            _scheduler.Release(holder.Lease);
            holder = await waiter;
        }

        _scheduler.Release(holder.Lease);
    }

    [Benchmark(OperationsPerInvoke = HandOffs)]
    public async Task TwoClientsShareASlot() => await Task.WhenAll(RunClientAsync(), RunClientAsync());

    private async Task RunClientAsync()
    {
        for (int i = 0; i < HandOffs / 2; i++)
        {
            AdmissionResult result = await _scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None);
            await Task.Yield();
            _scheduler.Release(result.Lease);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _scheduler.Dispose();
        GC.SuppressFinalize(this);
    }
}
