using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Learning;
using ProxyGroups.Groups.Refreshing;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Refreshing;

/// <summary>What is read off the workers, and what they are forked from, before it is decided whether they are refreshed.</summary>
public sealed class RefreshFactsTests
{
    private const long MiB = 1 << 20;

    private static readonly TimeSpan Now = TimeSpan.FromHours(1);

    // Process id to what it uses by itself and would use had it been started plainly.
    private readonly Dictionary<int, MemoryUse?> _sizes = new() { [10] = Size(12, 60), [11] = Size(14, 62), [20] = Size(16, 70), [99] = Size(40, 50) };

    [Fact]
    public void All_that_workers_are_forked_from_counts_once_and_what_they_would_use_plainly_is_theirs_alone()
    {
        _sizes[99] = Size(40, 50) with { Files = 5 * MiB };
        var facts = Look(Group("one", Ready(10, 20), Ready(11, 15)), Group("two", Ready(20, 30)))!;
        Assert.Equal((3, 82 * MiB, 115 * MiB, 70 * MiB, 0L), (facts.Workers, facts.Used, facts.Saved, facts.Largest, facts.Unshared));
        Assert.Equal(TimeSpan.FromMinutes(15), facts.Age);
    }

    [Theory]
    [InlineData(nameof(WorkerState.Starting))]
    [InlineData(nameof(WorkerState.Draining))]
    [InlineData(nameof(WorkerState.Stopping))]
    public void While_workers_come_or_go_all_are_young(string state) =>
        Assert.Equal(TimeSpan.Zero, Look(Group("one", Ready(10, 20), Ready(11, 20) with { State = Enum.Parse<WorkerState>(state) }))!.Age);

    [Fact]
    public void A_group_that_nobody_has_asked_for_makes_nobody_young() =>
        Assert.Equal(TimeSpan.FromMinutes(20), Look(Group("one", Ready(10, 20)), Group("idle"))!.Age);

    [Theory]
    [InlineData(11)]
    [InlineData(99)]
    public void Where_a_size_is_not_known_nothing_is(int pid)
    {
        var group = Group("one", Ready(10, 20), Ready(11, 20));
        _sizes[pid] = null;
        Assert.Null(Look(group));
        _sizes[pid] = new MemoryUse(12 * MiB, 12 * MiB, Unforked: null);
        Assert.Null(Look(group));
    }

    [Fact]
    public void What_forked_workers_have_beyond_plain_ones_is_no_saving()
    {
        Assert.Equal(Size(12, 57), Size(12, 60).Without(3 * MiB));
        Assert.Equal(Size(12, 0), Size(12, 60).Without(long.MaxValue));
        Assert.Null(new MemoryUse(1, 1, Unforked: null).Without(1).Unforked);
    }

    [Fact]
    public void Without_workers_there_is_nothing_to_refresh() => Assert.Null(Look(Group("one")));

    [Fact]
    public void What_was_learned_is_a_gain_of_each_worker_that_has_it_not_yet_but_one_where_nobody_has_it()
    {
        var (one, two) = (Group("one", Ready(10, 20), Ready(11, 20)), Group("two", Ready(20, 20)));
        Assert.Equal(2 * 5 * MiB, Look([one, two], Learned())!.Unshared);
        Assert.Equal(1 * 5 * MiB, Look([one, two], Learned("ONE"))!.Unshared);
        Assert.Equal(0, Look([one, two], Learned("one", "two"))!.Unshared);
        Assert.Equal(0, Look([one, two], Learned() with { IsAsked = false })!.Unshared);
        Assert.Equal(0, Look([one, two], Learned() with { Groups = ["two"] })!.Unshared);
    }

    private static MemoryUse Size(long own, long unforked) => new(own * MiB, own * MiB, unforked * MiB);

    private static WorkerView Ready(int pid, double minutes) =>
        new() { Id = pid, Rank = pid, Generation = 1, Pid = pid, State = WorkerState.Ready, Since = Now - TimeSpan.FromMinutes(minutes) };

    private static GroupState Group(string name, params WorkerView[] workers) => new() { Name = name, Settings = new ProcessGroupSettings(), Workers = [.. workers] };

    private static LearnedView Learned(params string[] users) => new("python", IsAsked: true, new(["flask"], [], 5 * MiB), ["one", "two"], users);

    private RefreshFacts? Look(params GroupState[] groups) => Look(groups, null);

    private RefreshFacts? Look(GroupState[] groups, LearnedView? learned) => RefreshFacts.Of(
        [.. groups.Select(static group => (group, Now))],
        UsageReport.Nothing with { Memory = pid => _sizes.GetValueOrDefault(pid), Preloaders = [new("python", null, 99, WorkerState.Ready, 1, TimeSpan.Zero, ["flask"])] },
        learned is null ? [] : [learned]);
}
