using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>Any ASP.NET Core app on socket loops: handlers that block, and clients that leave.</summary>
public sealed class SocketLoopTests : IAsyncLifetime
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _client = new();
    private readonly TaskCompletionSource _allMet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;
    private int _met;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSocketLoops();
        _app = builder.Build();
        _app.MapGet("/", static () => "here");
        _app.MapGet("/block", Block);
        _app.MapGet("/outlast", Outlast);
        _app.MapGet("/stay", StayAsync);
        _app.MapGet("/queue", QueueAsync);
        _app.MapGet("/meet/{all:int}", MeetAsync);
        await _app.StartAsync(Ct);
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _open.Set();
        await _app.DisposeAsync();
        _client.Dispose();
        _entered.Dispose();
        _open.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Handlers_that_block_hold_up_no_other_request_for_good()
    {
        var most = 3 * Environment.ProcessorCount;
        await ConnectAsync(2 * most);
        var blocked = Enumerable.Range(0, most).Select(_ => _client.GetStringAsync("/block", Ct)).ToList();
        for (var handler = 0; handler < most; handler++)
        {
            await _entered.WaitAsync(Ct);
        }

        for (var request = 0; request < most; request++)
        {
            Assert.Equal("here", await _client.GetStringAsync("/", Ct));
        }

        _open.Set();
        Assert.All(await Task.WhenAll(blocked), static answer => Assert.Equal("done", answer));
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_got_a_slot_behind_a_handler_that_blocks_goes_on()
    {
        await ConnectAsync(1);
        var queueing = _client.GetStringAsync("/queue", Ct);
        await _left.Task.WaitAsync(Ct);
        _open.Set();
        Assert.Equal("done", await queueing);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_handler_is_told_that_its_client_has_left()
    {
        await ConnectAsync(1);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var staying = _client.GetStringAsync("/stay", leave.Token);
        await _entered.WaitAsync(Ct);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => staying);
        await _left.Task.WaitAsync(Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_handler_that_blocks_until_its_own_client_has_left_goes_on_then()
    {
        await ConnectAsync(1);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = _client.GetStringAsync("/outlast", leave.Token);
        await _entered.WaitAsync(Ct);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await _left.Task.WaitAsync(Ct);
    }

    /// <summary>Connections to be kept: the first request of one runs on the pool, all later ones on its loop.</summary>
    private async Task ConnectAsync(int connections) => await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => _client.GetStringAsync($"/meet/{connections}", Ct)));

    private string Block()
    {
        _entered.Release();
        _open.Wait(CancellationToken.None);
        return "done";
    }

    // Of two that wait the first lets the second one in and blocks.
    private async Task<string> QueueAsync()
    {
        using var scheduler = new SlotScheduler(new SchedulerLimits(10, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), TimeProvider.System);
        scheduler.Offer(1, rank: 0, generation: 1, capacity: 1);
        var holder = await AcquireAsync(scheduler);
        var first = FirstAsync();
        var second = SecondAsync();
        scheduler.Release(holder);
        await Task.WhenAll(first, second);
        return "done";

        async Task FirstAsync()
        {
            scheduler.Release(await AcquireAsync(scheduler));
            _open.Wait(CancellationToken.None);
        }

        async Task SecondAsync()
        {
            await AcquireAsync(scheduler);
            _left.SetResult();
        }
    }

    private static async Task<SlotLease> AcquireAsync(SlotScheduler scheduler) => (await scheduler.AcquireAsync(default, CancellationToken.None)).Lease;

    private void Outlast(HttpContext context)
    {
        _entered.Release();
        context.RequestAborted.WaitHandle.WaitOne();
        _left.SetResult();
    }

    private Task MeetAsync(int all)
    {
        if (Interlocked.Increment(ref _met) == all)
        {
            _allMet.SetResult();
        }

        return _allMet.Task;
    }

    private async Task StayAsync(HttpContext context)
    {
        context.RequestAborted.Register(_left.SetResult);
        _entered.Release();
        await _left.Task;
    }
}
