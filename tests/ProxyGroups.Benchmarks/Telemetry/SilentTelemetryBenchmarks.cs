using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Benchmarks.Telemetry;

/// <summary>All that meter and spans cost a request while nobody listens. Target: under 50 ns and 0 bytes.</summary>
[MemoryDiagnoser]
public class SilentTelemetryBenchmarks : IMeterFactory
{
    private readonly ProxyGroupsMeter _meter;

    public SilentTelemetryBenchmarks() => _meter = new(this);

    [Benchmark]
    public bool OneRequest()
    {
        using var span = ProxyGroupsActivities.StartForward("shop", 0, 1, 4711, "GET");
        return span is null && !_meter.TakesTimes;
    }

    public Meter Create(MeterOptions options) => new(options);

    public void Dispose() => GC.SuppressFinalize(this);
}
