using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups;

/// <summary>Who boots next when more workers want to than may.</summary>
public sealed class BootArbiterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _order = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Groups_take_turns_and_within_a_group_it_is_first_come_first_served()
    {
        var arbiter = new BootArbiter(1, _time);
        var first = await arbiter.ClaimAsync("shop", Token);
        var boots = "shop 1, shop 2, shop 3, blog 1, blog 2, wiki 1".Split(", ").Select(worker => BootAsync(arbiter, worker)).ToList();
        first.Dispose();
        await Task.WhenAll(boots);
        Assert.Equal(["blog 1", "wiki 1", "shop 1", "blog 2", "shop 2", "shop 3"], _order);
    }

    [Fact]
    public async Task Boots_that_hang_hold_up_other_groups_for_one_turn_only()
    {
        var arbiter = new BootArbiter(1, _time);
        var hanging = Enumerable.Range(0, 6).Select(_ => arbiter.ClaimAsync("hangs", Token)).ToList();
        await hanging[0];
        var other = arbiter.ClaimAsync("shop", Token);
        _time.Advance(BootArbiter.LongestClaim);
        await other;
        Assert.Equal(1, hanging.Count(static claim => claim.IsCompleted));
    }

    [Fact]
    public async Task At_most_as_many_boot_at_once_as_there_are_places()
    {
        var arbiter = new BootArbiter(2, _time);
        var claims = Enumerable.Range(0, 4).Select(number => arbiter.ClaimAsync($"g{number}", Token)).ToList();
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
        var held = await arbiter.ClaimAsync("shop", Token);
        using var unwanted = new CancellationTokenSource();
        var given = arbiter.ClaimAsync("blog", unwanted.Token);
        var next = arbiter.ClaimAsync("wiki", Token);
        await unwanted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        held.Dispose();
        held.Dispose();
        await next;
        Assert.False(arbiter.ClaimAsync("shop", Token).IsCompleted);
    }

    private async Task BootAsync(BootArbiter arbiter, string worker)
    {
        using var claim = await arbiter.ClaimAsync(worker.Split(' ')[0], Token);
        lock (_order)
        {
            _order.Add(worker);
        }
    }
}
