using BenchmarkDotNet.Attributes;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Benchmarks.Scheduling;

/// <summary>A request that finds a free slot. Target: under 1 us and 0 bytes.</summary>
[MemoryDiagnoser]
public class LeaseBenchmarks : IDisposable
{
    private readonly SlotScheduler _scheduler = new(
        new SchedulerLimits(1000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)), TimeProvider.System);

    [Params(1, 8, 64)]
    public int Workers { get; set; }

    [Params(4, 8)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Offer()
    {
        for (int worker = 1; worker <= Workers; worker++)
        {
            _scheduler.Offer(worker, worker, 1, Threads);
        }
    }

    [Benchmark]
    public async ValueTask AcquireAndRelease()
    {
        AdmissionResult result = await _scheduler.AcquireAsync(new SlotRequest(), CancellationToken.None);
        _scheduler.Release(result.Lease);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _scheduler.Dispose();
        GC.SuppressFinalize(this);
    }
}
