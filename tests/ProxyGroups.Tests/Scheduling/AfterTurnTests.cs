using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>What goes on on a loop's thread after its turn, or elsewhere where that turn does not end.</summary>
public sealed class AfterTurnTests
{
    private readonly LoopThread _loop = new();
    private readonly List<string> _ran = [];

    [Fact]
    public void What_is_added_runs_at_the_end_of_the_turn_and_what_that_adds_after_it()
    {
        Assert.True(Add("first", () => Assert.True(Add("second"))));
        Assert.False(Add("third"));
        Assert.Empty(_ran);
        _loop.EndTurn();
        _loop.EndTurn();
        Assert.Equal(["first", "second"], _ran);
        Assert.True(Add("fourth"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_behind_a_handler_that_blocks_goes_on_elsewhere_once_that_is_seen()
    {
        var goneOn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(Add("behind", () => goneOn.SetResult(Thread.CurrentThread.IsThreadPoolThread)));
        _loop.HoldUp();
        Assert.True(await goneOn.Task.WaitAsync(TestContext.Current.CancellationToken));
        _loop.EndTurn();
        Assert.Single(_ran);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_added_while_it_is_seen_that_the_handler_blocks_goes_on_once()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var (loop, runs, goneOn) = (new LoopThread(), 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            using var start = new Barrier(2);
            var held = Task.Run(() => Meet(start, loop.HoldUp), TestContext.Current.CancellationToken);
            var added = Task.Run(() => Meet(start, () => Assert.True(loop.TryRunAfterTurn(_ => Run(), null))), TestContext.Current.CancellationToken);
            await Task.WhenAll(held, added);
            // The turn never ends.
            await goneOn.Task.WaitAsync(TestContext.Current.CancellationToken);
            loop.EndTurn();
            Assert.Equal(1, runs);

            void Run()
            {
                Interlocked.Increment(ref runs);
                goneOn.TrySetResult();
            }
        }
    }

    private static void Meet(Barrier start, Action action)
    {
        start.SignalAndWait(TestContext.Current.CancellationToken);
        action();
    }

    private bool Add(string name, Action? then = null) => _loop.TryRunAfterTurn(
        _ =>
        {
            _ran.Add(name);
            then?.Invoke();
        },
        null);
}
