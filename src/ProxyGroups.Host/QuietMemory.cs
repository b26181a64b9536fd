using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace ProxyGroups.Host;

/// <summary>
/// Gives memory back to the machine once the front door is quiet again: a collector that nobody asks for anything keeps what a busy
/// time took, for ever. Only then, since a compacting collection stops everything for some milliseconds: after one quiet interval
/// where there is much to give back, and after five where there is little. While many workers end it does not wait for that: what they held
/// is old, and the collector would not look at it for long.
/// </summary>
internal sealed class QuietMemory(TimeProvider time) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Less in an interval is what timers and health checks allocate.</summary>
    internal const long Quiet = 200 << 10;

    /// <summary>So much since the last collection is worth one in the first quiet interval.</summary>
    internal const long Much = 8 << 20;

    /// <summary>Less since the last collection is not worth one.</summary>
    internal const long Worthwhile = 4 << 20;

    /// <summary>Quiet intervals after which what is worthwhile is given back.</summary>
    internal const int Long = 5;

    /// <summary>So many workers that have ended since the last collection left enough for one at once.</summary>
    internal const int ManyEnded = 32;

    private readonly MeterListener _exits = new() { InstrumentPublished = static (instrument, listener) => ListenToExits(instrument, listener) };
    private long _ended;
    private long _endedBefore;
    private long _before;
    private long _collected;
    private int _quiet;

    /// <summary>Workers that have ended, as the meter tells.</summary>
    internal long Ended => Interlocked.Read(ref _ended);

    /// <summary>To be asked once per interval: whether to collect now.</summary>
    /// <param name="allocated">Bytes allocated since the start of the process.</param>
    /// <param name="ended">Workers that have ended since then.</param>
    internal bool IsDue(long allocated, long ended)
    {
        _quiet = allocated - _before < Quiet ? _quiet + 1 : 0;
        _before = allocated;
        var isWorthIt = _quiet > 0 && allocated - _collected >= (_quiet >= Long ? Worthwhile : Much);
        if (!isWorthIt && ended - _endedBefore < ManyEnded)
        {
            return false;
        }

        (_collected, _endedBefore) = (allocated, ended);
        return true;
    }

    internal void CountExits()
    {
        _exits.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _ended, count));
        _exits.Start();
    }

    public override void Dispose()
    {
        _exits.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CountExits();
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (IsDue(GC.GetTotalAllocatedBytes(), Ended))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }

    private static void ListenToExits(Instrument instrument, MeterListener listener)
    {
        if (instrument is { Meter.Name: "ProxyGroups", Name: "proxygroups.worker.exits" })
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }
}
