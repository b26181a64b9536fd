using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Benchmarks.Scheduling;

/// <summary>10,000 queued clients that hang up one after the other, up to the last result read. Target: under 50 ms.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 3, iterationCount: 10)]
public class HangUpBenchmarks : IDisposable
{
    private const int Clients = 10_000;

    private readonly SlotScheduler _scheduler = new(
        new SchedulerLimits(Clients, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)), TimeProvider.System);

    private readonly CancellationTokenSource[] _clients = new CancellationTokenSource[Clients];
    private readonly Task<AdmissionResult>[] _waiting = new Task<AdmissionResult>[Clients];

    [IterationSetup]
    public void Queue()
    {
        for (int i = 0; i < Clients; i++)
        {
            _clients[i] = new CancellationTokenSource();
            _waiting[i] = _scheduler.AcquireAsync(new SlotRequest(), _clients[i].Token).AsTask();
        }
    }

    [Benchmark]
    public async Task HangUp()
    {
        foreach (CancellationTokenSource client in _clients)
        {
#pragma warning disable CA1849, VSTHRD103 // CancelAsync would measure the thread pool instead.
            client.Cancel();
#pragma warning restore CA1849, VSTHRD103
        }

        await Task.WhenAll(_waiting);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _scheduler.Dispose();
        GC.SuppressFinalize(this);
    }
}
