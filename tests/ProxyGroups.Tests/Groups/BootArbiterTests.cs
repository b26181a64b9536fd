using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups;

/// <summary>Who boots next when more workers want to than may.</summary>
public sealed class BootArbiterTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _order = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Groups_take_turns_and_within_a_group_it_is_first_come_first_served()
    {
        var arbiter = new BootArbiter(1, _time);
        var first = await arbiter.ClaimAsync("shop", lastBoot: null, Token);
        var boots = "shop 1, shop 2, shop 3, blog 1, blog 2, wiki 1".Split(", ").Select(worker => BootAsync(arbiter, worker)).ToList();
        first.Dispose();
        await Task.WhenAll(boots);
        Assert.Equal(["blog 1", "wiki 1", "shop 1", "blog 2", "shop 2", "shop 3"], _order);
    }

    [Fact]
    public async Task Boots_that_hang_hold_up_other_groups_for_one_turn_only()
    {
        var arbiter = new BootArbiter(1, _time);
        var hanging = Enumerable.Range(0, 6).Select(_ => arbiter.ClaimAsync("hangs", lastBoot: null, Token)).ToList();
        await hanging[0];
        var other = arbiter.ClaimAsync("shop", lastBoot: null, Token);
        _time.Advance(BootArbiter.LongestClaim);
        await other;
        Assert.Equal(1, hanging.Count(static claim => claim.IsCompleted));
    }

    [Fact]
    public async Task Boots_that_hang_hold_up_nobody_whose_last_boot_went_well()
    {
        var arbiter = new BootArbiter(1, _time);
        await arbiter.ClaimAsync("hangs", lastBoot: null, Token);
        var behind = arbiter.ClaimAsync("hangs too", lastBoot: null, Token);
        var heir = await arbiter.ClaimAsync("shop", Usual, Token);
        var other = arbiter.ClaimAsync("blog", Usual, Token);
        Assert.False(other.IsCompleted);
        heir.Dispose();
        await other;
        Assert.False(behind.IsCompleted);
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(0.01, 1.0)]
    [InlineData(2.0, 4.0)]
    [InlineData(9.0, 10.0)]
    public async Task A_boot_that_takes_longer_than_usual_loses_its_place(double? lastBoot, double seconds)
    {
        var arbiter = new BootArbiter(1, _time);
        TimeSpan? usual = lastBoot is { } took ? TimeSpan.FromSeconds(took) : null;
        await arbiter.ClaimAsync("hangs", usual, Token);
        var next = arbiter.ClaimAsync("shop", usual, Token);
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        await next;
    }

    [Fact]
    public void A_last_boot_went_well_if_the_worker_was_ready_within_the_time_of_a_place()
    {
        var last = new LastBoot();
        Assert.Null(last.Took);
        last.NoteReady(Usual);
        Assert.Equal(Usual, last.Took);
        last.NoteReady(BootArbiter.LongestClaim + TimeSpan.FromTicks(1));
        Assert.Null(last.Took);
        last.NoteReady(TimeSpan.Zero);
        Assert.NotNull(last.Took);
        last.NoteFailure();
        Assert.Null(last.Took);
    }

    [Fact]
    public async Task At_most_as_many_boot_at_once_as_there_are_places()
    {
        var arbiter = new BootArbiter(2, _time);
        var claims = Enumerable.Range(0, 4).Select(number => arbiter.ClaimAsync($"g{number}", lastBoot: null, Token)).ToList();
        (await claims[0]).Dispose();
        await claims[2];
        Assert.False(claims[3].IsCompleted);
        (await claims[1]).Dispose();
        await claims[3];
    }

    [Fact]
    public async Task Who_is_not_wanted_any_more_takes_no_place()
    {
        var arbiter = new BootArbiter(1, _time);
        var held = await arbiter.ClaimAsync("shop", lastBoot: null, Token);
        using var unwanted = new CancellationTokenSource();
        var given = arbiter.ClaimAsync("blog", lastBoot: null, unwanted.Token);
        var next = arbiter.ClaimAsync("wiki", lastBoot: null, Token);
        await unwanted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        held.Dispose();
        held.Dispose();
        await next;
        Assert.False(arbiter.ClaimAsync("shop", lastBoot: null, Token).IsCompleted);
    }

    private async Task BootAsync(BootArbiter arbiter, string worker)
    {
        using var claim = await arbiter.ClaimAsync(worker.Split(' ')[0], lastBoot: null, Token);
        lock (_order)
        {
            _order.Add(worker);
        }
    }
}
