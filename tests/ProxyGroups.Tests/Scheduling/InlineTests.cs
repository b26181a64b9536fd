using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>Where a waiter goes on: on the thread pool, or within the release that made room for it.</summary>
public sealed class InlineTests : IDisposable
{
    private readonly List<SlotScheduler> _schedulers = [];
    private readonly LoopThread _loop = new();
    private int _releasing;

    [Fact]
    public async Task A_waiter_goes_on_within_the_release_on_a_thread_that_waits_for_sockets()
    {
        var scheduler = Create();
        var holder = await AcquireAsync(scheduler);
        var wasInside = GoOnAsync(scheduler);
        Release(scheduler, holder);
        Assert.True(wasInside.IsCompletedSuccessfully);
        Assert.True(await wasInside);
    }

    [Fact]
    public async Task A_waiter_goes_on_elsewhere_else()
    {
        var scheduler = Create();
        var holder = await AcquireAsync(scheduler);
        var wasInside = GoOnAsync(scheduler);
        Release(scheduler, holder, onLoop: false);
        Assert.False(await wasInside);
    }

    [Fact]
    public async Task A_waiter_that_a_resize_lets_in_goes_on_elsewhere()
    {
        var scheduler = Create();
        await AcquireAsync(scheduler);
        var wasInside = GoOnAsync(scheduler);
        Do(onLoop: true, () => scheduler.Resize(1, 2));
        Assert.False(await wasInside);
    }

    [Fact]
    public async Task Waiters_that_let_each_other_in_take_turns_and_leave_the_thread_after_sixteen()
    {
        const int Waiters = 40;
        var scheduler = Create();
        var holder = await AcquireAsync(scheduler);
        var (inside, depth, deepest) = (0, 0, 0);
        var all = Task.WhenAll(Enumerable.Range(0, Waiters).Select(async _ =>
        {
            var lease = await AcquireAsync(scheduler);
            depth++;
            if (Environment.CurrentManagedThreadId == _releasing)
            {
                (inside, deepest) = (inside + 1, Math.Max(deepest, depth));
            }

            scheduler.Release(lease);
            depth--;
        }));
        Release(scheduler, holder);
        await all;
        Assert.Equal((16, 1), (inside, deepest));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_stands_behind_one_that_blocks_goes_on_elsewhere_once_that_is_seen()
    {
        using var open = new ManualResetEventSlim();
        var (scheduler, blocks) = (Create(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var holder = await AcquireAsync(scheduler);
        var blocking = BlockAsync();
        var behind = AcquireAsync(scheduler);
        var releasing = Task.Run(() => Release(scheduler, holder), TestContext.Current.CancellationToken);
        await blocks.Task;
        Assert.False(behind.IsCompleted);
        _loop.HoldUp();
        await behind;
        open.Set();
        await Task.WhenAll(blocking, releasing);

        // It lets the next one in, and does something of its own then that blocks.
        async Task BlockAsync()
        {
            scheduler.Release(await AcquireAsync(scheduler));
            blocks.SetResult();
            open.Wait(CancellationToken.None);
        }
    }

    public void Dispose() => _schedulers.ForEach(static scheduler => scheduler.Dispose());

    private SlotScheduler Create()
    {
        var scheduler = new SlotScheduler(SchedulerTest.Limits, TimeProvider.System);
        _schedulers.Add(scheduler);
        scheduler.Offer(1, rank: 0, generation: 1, capacity: 1);
        return scheduler;
    }

    private static async Task<SlotLease> AcquireAsync(SlotScheduler scheduler) => (await scheduler.AcquireAsync(default, CancellationToken.None)).Lease;

    /// <summary>Whether it went on on the thread that releases, while it does.</summary>
    private async Task<bool> GoOnAsync(SlotScheduler scheduler)
    {
        await scheduler.AcquireAsync(default, CancellationToken.None);
        return Environment.CurrentManagedThreadId == _releasing;
    }

    private void Release(SlotScheduler scheduler, SlotLease lease, bool onLoop = true) => Do(onLoop, () => scheduler.Release(lease));

    private void Do(bool onLoop, Action action)
    {
        (_releasing, LoopThread.Current) = (Environment.CurrentManagedThreadId, onLoop ? _loop : null);
        action();
        (_releasing, LoopThread.Current) = (0, null);
    }
}
