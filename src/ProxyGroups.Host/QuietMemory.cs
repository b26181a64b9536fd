using Microsoft.Extensions.Hosting;

namespace ProxyGroups.Host;

/// <summary>
/// Gives memory back to the machine once the front door is quiet again: a collector that nobody asks for anything keeps what a busy
/// time took, for ever. Only then, since a compacting collection stops everything for some milliseconds.
/// </summary>
internal sealed class QuietMemory(TimeProvider time) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>Less in an interval is what timers and health checks allocate.</summary>
    internal const long Quiet = 1 << 20;

    /// <summary>Less since the last collection is not worth one.</summary>
    internal const long Worthwhile = 4 << 20;

    /// <param name="allocated">Bytes allocated since the start of the process.</param>
    /// <param name="before">The same an interval ago.</param>
    /// <param name="collected">The same at the last collection.</param>
    internal static bool IsDue(long allocated, long before, long collected) => allocated - before < Quiet && allocated - collected >= Worthwhile;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (before, collected) = (0L, 0L);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (IsDue(allocated, before, collected))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                collected = allocated;
            }

            before = allocated;
        }
    }
}
