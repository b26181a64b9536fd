using ProxyGroups.Proxying.Sockets;
using Xunit;

namespace ProxyGroups.Tests.Proxying.Sockets;

/// <summary>Nothing that happened is forgotten, whoever comes first; what waits is told once.</summary>
public sealed class ReadinessTests
{
    private readonly Readiness _readiness = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_signal_before_anybody_waits_is_kept_once()
    {
        _readiness.Signal();
        _readiness.Signal();
        Assert.True(_readiness.WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.True(_readiness.TryTake());
        Assert.False(_readiness.TryTake());
    }

    [Fact]
    public async Task Who_waits_goes_on_within_the_signal_and_finds_it()
    {
        var found = FindAsync();
        Assert.False(found.IsCompleted);
        _readiness.Signal();
        Assert.True(found.IsCompletedSuccessfully);
        Assert.True(await found);
    }

    [Fact]
    public void What_was_put_back_is_there_again()
    {
        _readiness.Signal();
        Assert.True(_readiness.TryTake());
        _readiness.PutBack();
        Assert.True(_readiness.TryTake());
    }

    [Fact]
    public async Task A_cancelled_wait_ends_and_the_next_one_is_told()
    {
        using var leave = new CancellationTokenSource();
        var waiting = _readiness.WaitAsync(leave.Token).AsTask();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var found = FindAsync();
        _readiness.Signal();
        Assert.True(await found);
    }

    [Fact]
    public async Task Closed_it_lets_everybody_try_for_ever()
    {
        var found = FindAsync();
        _readiness.Close();
        Assert.True(await found);
        _readiness.Signal();
        Assert.True(_readiness.TryTake());
        Assert.True(_readiness.TryTake());
        Assert.True(_readiness.WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Signals_and_cancellations_at_one_moment_lose_nothing()
    {
        for (var round = 0; round < 2_000; round++)
        {
            using var leave = new CancellationTokenSource();
            var waiting = _readiness.WaitAsync(leave.Token).AsTask();
            await Task.WhenAll(Task.Run(_readiness.Signal, Ct), Task.Run(leave.Cancel, Ct));
            await Task.WhenAny(waiting);
            Assert.True(_readiness.TryTake());
        }
    }

    private async Task<bool> FindAsync()
    {
        await _readiness.WaitAsync(CancellationToken.None);
        return _readiness.TryTake();
    }
}
