using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class ReadinessProbeTests
{
    [Fact]
    public async Task It_goes_on_trying_however_long_the_start_takes()
    {
        var time = new CountingTime();
        var check = new HttpCheck(new() { SocketPath = "/no/such/socket" }, "/", _ => null, time);
        var probe = new ReadinessProbe(check, notified: null, time);
        using var stop = new CancellationTokenSource();
        var waiting = probe.WaitAsync(stop.Token);
        while (time.Timers < 2000 && !waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        Assert.False(waiting.IsCompleted);
        Assert.Equal(HttpCheckOutcome.NotListening, probe.LastCheck?.Outcome);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_worker_that_listens_nowhere_is_ready_once_it_has_stayed()
    {
        var time = new FakeTimeProvider();
        var probe = new ReadinessProbe(check: null, notified: null, time, TimeSpan.FromSeconds(1));
        Assert.Equal(SpawnStep.Settle, probe.Step);
        var waiting = probe.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpCheckOutcome.Ready, (await waiting).Outcome);
    }

    [Fact]
    public async Task Or_as_soon_as_it_said_so()
    {
        var said = new TaskCompletionSource();
        var probe = new ReadinessProbe(check: null, said.Task, new FakeTimeProvider());
        var waiting = probe.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((false, SpawnStep.Notify), (waiting.IsCompleted, probe.Step));
        said.SetResult();
        Assert.Equal(HttpCheckOutcome.Ready, (await waiting).Outcome);
    }

    /// <summary>Counts the waits between tries.</summary>
    private sealed class CountingTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
