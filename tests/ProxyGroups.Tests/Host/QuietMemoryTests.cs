using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Host;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Tests.Host;

/// <summary>When the ready server gives memory back: once it is quiet, never while it is busy, and never for little at once.</summary>
public sealed class QuietMemoryTests : IDisposable
{
    private const long Chatter = QuietMemory.Quiet - 1;

    private readonly QuietMemory _memory = new(TimeProvider.System);
    private long _allocated;
    private long _ended;

    [Fact]
    public void Much_is_given_back_after_the_first_quiet_interval_and_once()
    {
        Assert.False(After(QuietMemory.Much));
        Assert.True(After(Chatter));
        Assert.False(After(Chatter));
    }

    [Fact]
    public void Little_is_given_back_after_long_quiet_and_once()
    {
        Assert.False(After(QuietMemory.Worthwhile));
        Assert.All(Enumerable.Range(1, QuietMemory.Long - 1), _ => Assert.False(After(Chatter)));
        Assert.True(After(Chatter));
        Assert.False(After(Chatter));
    }

    [Fact]
    public void Nothing_is_given_back_while_it_is_busy_whatever_there_is() =>
        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(After(QuietMemory.Much)));

    [Fact]
    public void An_interval_that_is_busy_begins_the_quiet_anew()
    {
        Assert.False(After(QuietMemory.Worthwhile));
        Assert.All(Enumerable.Range(1, QuietMemory.Long - 1), _ => Assert.False(After(Chatter)));
        Assert.False(After(QuietMemory.Quiet));
        Assert.All(Enumerable.Range(1, QuietMemory.Long - 1), _ => Assert.False(After(Chatter)));
        Assert.True(After(Chatter));
    }

    [Fact]
    public void What_is_less_than_worthwhile_stays_however_quiet_it_is() =>
        Assert.All(Enumerable.Range(0, 2 * QuietMemory.Long), _ => Assert.False(After(0)));

    [Fact]
    public void What_many_workers_held_is_given_back_however_busy_it_is_and_once()
    {
        Assert.False(After(QuietMemory.Much, ended: QuietMemory.ManyEnded - 1));
        Assert.True(After(QuietMemory.Much, ended: 1));
        Assert.False(After(QuietMemory.Much, ended: QuietMemory.ManyEnded - 1));
    }

    [Fact]
    public void Workers_that_end_are_counted_by_the_meter()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _memory.CountExits();
        var meter = new ProxyGroupsMeter(meters.GetRequiredService<IMeterFactory>());
        meter.CountSpawn("shop");
        var before = _memory.Ended;
        Enumerable.Range(0, QuietMemory.ManyEnded).ToList().ForEach(_ => meter.CountExit("shop", "Idle"));

        // Other tests have workers that end, too.
        Assert.InRange(_memory.Ended - before, QuietMemory.ManyEnded, long.MaxValue);
    }

    public void Dispose() => _memory.Dispose();

    private bool After(long bytes, int ended = 0) => _memory.IsDue(_allocated += bytes, _ended += ended);
}
