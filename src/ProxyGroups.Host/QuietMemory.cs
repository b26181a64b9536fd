using Microsoft.Extensions.Hosting;

namespace ProxyGroups.Host;

/// <summary>
/// Gives memory back to the machine once the front door is quiet again: a collector that nobody asks for anything keeps what a busy
/// time took, for ever. Only then, since a compacting collection stops everything for some milliseconds: after one quiet interval
/// where there is much to give back, as after the stop of many apps, and after five where there is little.
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

    private long _before;
    private long _collected;
    private int _quiet;

    /// <summary>To be asked once per interval: whether to collect now.</summary>
    /// <param name="allocated">Bytes allocated since the start of the process.</param>
    internal bool IsDue(long allocated)
    {
        _quiet = allocated - _before < Quiet ? _quiet + 1 : 0;
        _before = allocated;
        if (allocated - _collected < (_quiet >= Long ? Worthwhile : Much) || _quiet == 0)
        {
            return false;
        }

        _collected = allocated;
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (IsDue(GC.GetTotalAllocatedBytes()))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }
}
