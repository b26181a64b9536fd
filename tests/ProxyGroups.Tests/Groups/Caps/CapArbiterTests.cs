using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Configuration;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>The arbiter's own part: claims wait and are granted in order, groups are told and asked, each change is said once.</summary>
public sealed class CapArbiterTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogMessages _log = new();
    private readonly CapArbiter _arbiter;
    private readonly Member _shop = new();
    private readonly Member _blog = new();
    private int _lastId;

    public CapArbiterTests()
    {
        _arbiter = new CapArbiter(_time, _log);
        _arbiter.Apply(Settings(2));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _arbiter.Dispose();

    [Fact]
    public async Task A_claim_above_the_cap_waits_by_name_until_a_worker_is_gone()
    {
        var first = await ClaimAsync("shop", 0);
        await ClaimAsync("shop", 1);
        var waiting = ClaimAsync("shop", 2);
        Assert.False(waiting.IsCompleted);
        Assert.Equal([true], _shop.Told);
        Assert.Equal("wants 1 more worker: the machine's cap of 2 processes (ProxyGroups:MaxProcesses) is reached by shop 2", _arbiter.ShortageOf("shop"));
        first.Leave();
        Assert.Equal([true, false], _shop.Told);
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        await waiting;
        Assert.Null(_arbiter.ShortageOf("shop"));
    }

    [Fact]
    public async Task Each_change_is_said_once()
    {
        await ClaimAsync("shop", 0);
        var leaving = await ClaimAsync("shop", 1);
        using var unwanted = new CancellationTokenSource();
        var claims = new[] { ClaimAsync("shop", 2, unwanted.Token), ClaimAsync("shop", 3, unwanted.Token) };
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Single(_log.All);
        Assert.StartsWith("Group shop wants 1 more worker: the machine's cap", _log.All[^1], StringComparison.Ordinal);
        leaving.Dispose();
        await claims[0];
        await unwanted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => claims[1]);
        Assert.Equal(2, _log.All.Count);
        Assert.Equal("Group shop has the room that it waited for, or needs it no more", _log.All[^1]);
    }

    [Fact]
    public async Task Who_is_not_wanted_any_more_takes_no_room()
    {
        await ClaimAsync("shop", 0);
        var leaving = await ClaimAsync("shop", 1);
        using var unwanted = new CancellationTokenSource();
        var given = ClaimAsync("shop", 2, unwanted.Token);
        var next = ClaimAsync("blog", 0);
        await unwanted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        leaving.Dispose();
        leaving.Dispose();
        await next;
    }

    [Fact]
    public async Task An_idle_worker_of_another_group_is_asked_as_soon_as_it_is_idle()
    {
        var (_, busy) = (await ClaimAsync("shop", 0), await ClaimAsync("shop", 1));
        busy.Ready(static _ => throw new InvalidOperationException("Nobody asked for its size."));
        _shop.Spare = new SpareWorker(busy.Worker.Id, TimeSpan.Zero);
        var waiting = ClaimAsync("blog", 0);
        _time.Advance(CapArbiter.LookInterval);
        Assert.Empty(_shop.Asked);
        _shop.Spare = new SpareWorker(busy.Worker.Id, TimeSpan.FromMilliseconds(1));
        _time.Advance(CapArbiter.LookInterval);
        Assert.Equal([busy.Worker.Id], _shop.Asked);
        // As good as going: no second one is asked, and the claim is no longer refused.
        _time.Advance(CapArbiter.LookInterval);
        Assert.Equal([busy.Worker.Id], _shop.Asked);
        Assert.Equal([true, false], _blog.Told);
        busy.Leave();
        busy.Dispose();
        await waiting;
    }

    [Fact]
    public async Task A_group_that_has_a_worker_takes_none_of_another_before_somebody_waits_for_it()
    {
        var (_, idle) = (await ClaimAsync("blog", 0), await ClaimAsync("shop", 0));
        _shop.Spare = new SpareWorker(idle.Worker.Id, TimeSpan.FromSeconds(9));
        var waiting = ClaimAsync("blog", 1);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(_shop.Asked);
        _blog.HasWaiting = true;
        _time.Advance(CapArbiter.LookInterval);
        Assert.Equal([idle.Worker.Id], _shop.Asked);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_group_that_does_not_follow_is_asked_again()
    {
        var (_, idle) = (await ClaimAsync("shop", 0), await ClaimAsync("shop", 1));
        _shop.Spare = new SpareWorker(idle.Worker.Id, TimeSpan.FromSeconds(9));
        var waiting = ClaimAsync("blog", 0);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(2, _shop.Asked.Count);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_successor_takes_the_room_of_the_worker_that_left_for_it()
    {
        var (old, _) = (await ClaimAsync("shop", 0), await ClaimAsync("shop", 1));
        var successor = ClaimAsync("shop", 0);
        Assert.StartsWith("Group shop has no room for successors", _log.All[^1], StringComparison.Ordinal);
        Assert.StartsWith("replaces its workers in place", _arbiter.ShortageOf("shop"), StringComparison.Ordinal);
        var other = ClaimAsync("blog", 0);
        old.Leave();
        old.Dispose();
        await successor;
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task Who_makes_room_late_for_another_group_leaves_none_to_its_own()
    {
        var (_, busy) = (await ClaimAsync("shop", 0), await ClaimAsync("shop", 1));
        _shop.Spare = new SpareWorker(busy.Worker.Id, TimeSpan.FromSeconds(9));
        var other = ClaimAsync("blog", 0);
        Assert.Equal([busy.Worker.Id], _shop.Asked);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        busy.Yield();
        var own = ClaimAsync("shop", 1);
        busy.Dispose();
        Assert.Equal([true], _shop.Told);
        await other;
        Assert.False(own.IsCompleted);
    }

    [Fact]
    public async Task A_higher_cap_lets_go_on_and_a_lower_one_asks_for_workers()
    {
        var (_, idle) = (await ClaimAsync("shop", 0), await ClaimAsync("shop", 1));
        var waiting = ClaimAsync("blog", 0);
        _arbiter.Apply(Settings(3));
        await waiting;
        _shop.Spare = new SpareWorker(idle.Worker.Id, TimeSpan.FromSeconds(9));
        _arbiter.Apply(Settings(2));
        Assert.Equal([idle.Worker.Id], _shop.Asked);
    }

    [Fact]
    public async Task Where_no_cap_is_set_a_start_costs_the_same_however_many_workers_there_are()
    {
        _arbiter.Apply(Settings(2) with { MaxProcesses = null });
        await ClaimAsync("shop", 0);
        var alone = await CostOfAsync("shop", 1);
        for (var rank = 2; rank < 200; rank++)
        {
            await ClaimAsync("shop", rank);
        }

        // The list of them grows now and then.
        Assert.InRange(await CostOfAsync("shop", 200), 0, alone + 1000);
    }

    [Fact]
    public async Task Who_is_below_no_cap_waits_for_nobody_and_makes_room_for_nobody()
    {
        _arbiter.Apply(Settings(2) with
        {
            MaxProcesses = null,
            ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { MaxProcesses = 1 } },
            ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { Processes = 0, ApplicationGroup = "python" }, ["blog"] = new() { Processes = 0 } },
        });
        await ClaimAsync("shop", 0);
        var waiting = ClaimAsync("shop", 1);
        var free = await ClaimAsync("blog", 0);
        _blog.Spare = new SpareWorker(free.Worker.Id, TimeSpan.FromSeconds(9));
        _shop.HasWaiting = true;
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(waiting.IsCompleted);
        Assert.Empty(_blog.Asked);
    }

    [Fact]
    public async Task Who_waits_goes_on_when_there_is_no_cap_any_more_and_that_is_said()
    {
        var (_, _) = (await ClaimAsync("shop", 0), await ClaimAsync("shop", 1));
        var waiting = ClaimAsync("blog", 0);
        _arbiter.Apply(Settings(2) with { MaxProcesses = null });
        await waiting;
        Assert.Equal([true, false], _blog.Told);
        Assert.Null(_arbiter.ShortageOf("blog"));
        Assert.Equal("Group blog has the room that it waited for, or needs it no more", _log.All[^1]);
    }

    [Fact]
    public async Task Workers_of_a_group_that_was_removed_count_until_they_are_gone()
    {
        var (_, last) = (await ClaimAsync("blog", 0), await ClaimAsync("blog", 1));
        _arbiter.Apply(Settings(2) with { ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() } });
        var waiting = ClaimAsync("shop", 0);
        Assert.False(waiting.IsCompleted);
        last.Dispose();
        await waiting;
    }

    [Fact]
    public async Task Sizes_are_read_while_a_cap_asks_for_them_and_move_the_decisions()
    {
        var room = await ClaimAsync("shop", 0);
        var measures = new List<Action<long>>();
        var ended = 0;
        room.Ready(sampled =>
        {
            measures.Add(sampled);
            return new Ending(() => ended++);
        });
        Assert.Empty(measures);
        _arbiter.Apply(Settings(9) with { MaxMemory = 100 << 20 });
        Assert.Single(measures)(60 << 20);
        var waiting = ClaimAsync("shop", 1);
        Assert.Equal("wants 1 more worker: the machine's cap of 100MiB of memory (ProxyGroups:MaxMemory) is reached by shop 60MiB, and one more is taken to need 60MiB", _arbiter.ShortageOf("shop"));
        measures[0](40 << 20);
        await waiting;
        _arbiter.Apply(Settings(9));
        Assert.Equal(1, ended);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("app shop")]
    public async Task A_preloader_counts_in_caps_on_memory_and_in_no_other(string owner)
    {
        var measures = new List<Action<long>>();
        var ended = 0;
        IDisposable Measure(Action<long> sampled)
        {
            measures.Add(sampled);
            return new Ending(() => ended++);
        }

        var settings = Settings(2) with { MaxMemory = 100 << 20 };
        _arbiter.Apply(settings);
        var preloader = _arbiter.Count(owner, id: 1 << 30, Measure);
        Assert.Single(measures)(70 << 20);
        (await ClaimAsync("shop", 0)).Ready(Measure);
        measures[1](20 << 20);
        var waiting = ClaimAsync("shop", 1);
        Assert.Equal($"wants 1 more worker: the machine's cap of 100MiB of memory (ProxyGroups:MaxMemory) is reached by preloader of {owner} 70MiB, shop 20MiB, and one more is taken to need 20MiB", _arbiter.ShortageOf("shop"));
        _arbiter.Apply(settings);
        Assert.False(waiting.IsCompleted);
        preloader.Dispose();
        await waiting;
        Assert.Equal(1, ended);
    }

    [Fact]
    public async Task A_trial_may_use_a_part_of_what_is_free_below_all_caps_and_counts_with_that_until_it_has_ended()
    {
        var measures = new List<Action<long>>();
        IDisposable Measure(Action<long> sampled)
        {
            measures.Add(sampled);
            return new Ending(static () => { });
        }

        var settings = Settings(9) with { MaxMemory = 100 << 20, ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { MaxMemory = 90 << 20 } } };
        _arbiter.Apply(settings);
        using var preloader = _arbiter.Count("python", id: 1 << 30, Measure);
        measures[0](30 << 20);
        (await ClaimAsync("shop", 0)).Ready(Measure);
        measures[1](20 << 20);
        long? free = null;
        var trial = _arbiter.Reserve("python", (1 << 30) + 1, room => (free = room) is { } bytes ? bytes / 2 : 0);
        Assert.Equal(50 << 20, free);
        _arbiter.Reserve("python", (1 << 30) + 2, room => (free = room) is { } bytes ? bytes : 0).Dispose();
        Assert.Equal(25 << 20, free);
        await ClaimAsync("shop", 1);
        var waiting = ClaimAsync("shop", 2);
        Assert.Contains("is reached by shop 40MiB, preloader of python 30MiB, trial of python 25MiB", _arbiter.ShortageOf("shop"), StringComparison.Ordinal);
        trial.Dispose();
        await waiting;
    }

    [Fact]
    public void A_trial_that_no_cap_bounds_is_told_so()
    {
        _arbiter.Apply(Settings(2));
        _arbiter.Reserve("python", 1 << 30, static room =>
        {
            Assert.Null(room);
            return 0;
        }).Dispose();
    }

    [Fact]
    public void What_bounds_its_workers_bounds_a_preloader()
    {
        var settings = Settings(2) with
        {
            ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { MaxMemory = 50 << 20 } },
            ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { ApplicationGroup = "python" } },
        };
        var groups = CapGroup.Read(settings);
        foreach (var owner in new[] { "python", "app shop" })
        {
            Assert.Equal(["application group python", "the machine"], CapGroup.OfPreloader(owner, settings, groups).Caps.Select(static cap => cap.Owner));
        }

        Assert.Equal(["the machine"], CapGroup.OfPreloader("gone", settings, groups).Caps.Select(static cap => cap.Owner));
        Assert.Equal(["the machine"], CapGroup.OfPreloader("app gone", settings, groups).Caps.Select(static cap => cap.Owner));
    }

    private Task<CapRoom> ClaimAsync(string group, int rank, CancellationToken? token = null)
    {
        var member = group == "shop" ? _shop : _blog;
        return _arbiter.ClaimAsync(member, new WorkerIdentity(group, ++_lastId, rank, 1), member.Told.Add, token ?? Token);
    }

    private async Task<long> CostOfAsync(string group, int rank)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var claim = ClaimAsync(group, rank);
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        await claim;
        return cost;
    }

    private static ProxyGroupsSettings Settings(int most) => new()
    {
        MaxProcesses = most,
        ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { Processes = 0, MaxProcesses = 2 }, ["blog"] = new() { Processes = 0 } },
    };

    private sealed class Ending(Action ended) : IDisposable
    {
        public void Dispose() => ended();
    }

    private sealed class Member : ICapMember
    {
        public SpareWorker? Spare { get; set; }

        public List<int> Asked { get; } = [];

        public List<bool> Told { get; } = [];

        public bool HasWaiting { get; set; }

        public SpareWorker? FindSpare() => Spare;

        public void AskToYield(int worker) => Asked.Add(worker);
    }
}
