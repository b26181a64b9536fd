using ProxyGroups.Groups.Refreshing;

namespace ProxyGroups.Tests.Groups.Refreshing;

/// <summary>When a fresh generation saves more than it costs, and that a wrong projection costs little.</summary>
public sealed class RefreshPlanTests
{
    private const long MiB = 1 << 20;

    private static readonly TimeSpan Old = TimeSpan.FromMinutes(10);

    private TimeSpan _now = TimeSpan.FromDays(1);
    private RefreshPlan _plan = new();

    [Fact]
    public void What_was_shared_and_is_not_any_more_is_a_gain_once_it_is_worth_the_roll()
    {
        Assert.False(Look(Facts(saved: 200)).IsDue);
        Assert.Equal((false, 40 * MiB), (Look(Facts(saved: 160)).IsDue, _plan.Gain));
        Assert.Equal((true, 51 * MiB), (Look(Facts(saved: 149)).IsDue, _plan.Gain));
    }

    [Theory]
    [InlineData(50, 400, 51, true)]
    [InlineData(50, 400, 50, false)]
    [InlineData(50, 600, 60, false)]
    [InlineData(50, 600, 61, true)]
    public void What_was_learned_since_is_a_gain_against_the_largest_worker_and_a_tenth_of_what_is_used(long largest, long used, long unshared, bool isDue) =>
        Assert.Equal(isDue, Look(new(Old, 6, used * MiB, 0, largest * MiB, unshared * MiB)).IsDue);

    [Fact]
    public void What_young_workers_write_to_is_no_loss()
    {
        Assert.False(Look(Facts(saved: 300) with { Age = Old - TimeSpan.FromSeconds(1) }).IsDue);
        Assert.False(Look(Facts(saved: 200)).IsDue);
        Assert.False(Look(Facts(saved: 160)).IsDue);
    }

    [Fact]
    public void Fewer_workers_share_less_without_a_loss()
    {
        Look(Facts(saved: 200));
        Assert.False(Look(Facts(saved: 100) with { Workers = 3 }).IsDue);
        Assert.False(Look(Facts(saved: 60) with { Workers = 3 }).IsDue);
        Assert.True(Look(Facts(saved: 40) with { Workers = 3 }).IsDue);
    }

    [Fact]
    public void It_comes_once_an_hour_at_most_and_begins_to_look_anew()
    {
        var learned = Facts(saved: 0) with { Unshared = 100 * MiB };
        Assert.True(Look(learned).IsDue);
        Assert.False(Look(learned with { Age = TimeSpan.Zero }).IsDue);
        _now += (Old * RefreshPlan.Pace) - TimeSpan.FromSeconds(1);
        Assert.False(Look(learned).IsDue);
        _now += TimeSpan.FromSeconds(1);
        Assert.True(Look(learned).IsDue);
    }

    private static RefreshFacts Facts(long saved) => new(Old, 6, 400 * MiB, saved * MiB, 50 * MiB, 0);

    private RefreshPlan Look(RefreshFacts facts) => _plan = _plan.Look(facts, _now, Old);
}
