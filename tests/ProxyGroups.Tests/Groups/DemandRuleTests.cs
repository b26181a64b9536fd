using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups;

/// <summary>From what runs and waits to a number of workers; four slots each, at most five workers.</summary>
public sealed class DemandRuleTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 0, "nobody asks")]
    [InlineData(0, 0, 1, 0, 1, "the first request")]
    [InlineData(0, 0, 5, 0, 2, "more than one worker can take")]
    [InlineData(1, 4, 1, 60, 2, "one waits too long")]
    [InlineData(1, 4, 1, 49, 1, "a queue that is soon empty")]
    [InlineData(2, 3, 5, 60, 2, "slots enough: those wait for boots")]
    [InlineData(2, 8, 9, 60, 5, "as many as run and wait")]
    [InlineData(2, 8, 400, 60, 5, "never above the maximum")]
    public void Workers_are_wanted_for_all_that_run_and_wait(int wanted, int busy, int waiting, int oldestMilliseconds, int expected, string why) =>
        Assert.True(expected == Workers(wanted, busy, waiting, oldestMilliseconds, least: 0, idleRanks: 0), why);

    [Theory]
    [InlineData(3, 0, 2, 0, 1)]
    [InlineData(3, 0, 3, 0, 0)]
    [InlineData(3, 0, 3, 2, 2)]
    [InlineData(3, 1, 3, 0, 3)]
    public void Idle_ranks_are_given_up_down_to_the_least_unless_somebody_waits(int wanted, int waiting, int idleRanks, int least, int expected) =>
        Assert.Equal(expected, Workers(wanted, 0, waiting, 0, least, idleRanks));

    [Fact]
    public void With_nobody_ready_there_is_no_patience() =>
        Assert.Equal(2, DemandRule.Workers(new DemandFacts(1, 5, 4, 1, 0, IsServing: false, 0, 5, TimeSpan.Zero)));

    private static int Workers(int wanted, int busy, int waiting, int oldestMilliseconds, int least, int idleRanks) => DemandRule.Workers(
        new DemandFacts(least, 5, 4, wanted, idleRanks, IsServing: wanted > 0, busy, waiting, TimeSpan.FromMilliseconds(oldestMilliseconds)));
}
