using ProxyGroups.Groups.Caps;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>Caps on memory: who starts, who waits, who makes room. The machine's cap is 100 MiB; see <see cref="CapScene"/> for the words.</summary>
public sealed class MemoryCapTests
{
    [Theory]
    // What is used and what the next one is taken to need.
    [InlineData("shop 1, blog 0", "shop0=40 shop1?0=40", "shop1", "")]
    [InlineData("shop 1, blog 0", "shop0=60 shop1?0=60", "", "shop1")]
    [InlineData("shop 1, blog 0", "shop0=60 blog0-=50 shop1?0=40", "", "")]
    // One that is alone starts however large it is.
    [InlineData("shop 0, blog 0", "shop0?0=500 blog0?0=10", "shop0", "blog0")]
    // A smaller one goes first where the larger one is not the group's first; a group without a worker is not overtaken, unless nothing helps it.
    [InlineData("shop 0, blog 0", "shop0=60 shop1?0=60 blog0=10 blog1?0=20", "blog1", "shop1")]
    [InlineData("shop 0, blog 0", "blog0=80 shop0?0=60 blog1?0=20", "", "shop0 blog1")]
    [InlineData("shop 0, blog 1", "blog0=80 shop0?0=60 blog1?0=20", "blog1", "shop0")]
    // What is kept are the lowest ranks, however large: the others leave first.
    [InlineData("shop 0, blog 1, wiki 1", "blog0=60 blog1=10 wiki0=5 shop0?0=50 wiki1?0=10", "wiki1", "shop0")]
    // Of unknown size one after the other, until the first is ready.
    [InlineData("shop 0, blog 0", "shop0? blog0?", "shop0", "")]
    [InlineData("shop 0, blog 0", "shop0 blog0?", "blog0", "")]
    public void Room_goes_to(string groups, string workers, string granted, string refused)
    {
        var decision = CapPlan.Decide(CapScene.Groups(null, null, groups, megabytes: 100), CapScene.Workers(workers));
        Assert.Equal(granted, string.Join(' ', decision.Granted.Select(CapScene.Name)));
        Assert.Equal(refused, string.Join(' ', decision.Refused.Select(static refusal => CapScene.Name(refusal.Worker))));
    }

    [Theory]
    // As many as are needed, or for a group that only grows none.
    [InlineData("shop 0, blog 0, wiki 0", "blog0=40 wiki0=40 shop0?0=60", "blog0 9, wiki0 5", "blog0 for shop")]
    [InlineData("shop 0, blog 0, wiki 0", "blog0=40 wiki0=40 shop0?0=90", "blog0 9, wiki0 5", "blog0 for shop, wiki0 for shop")]
    [InlineData("shop 0, blog 0, wiki 1", "blog0=40 shop0=10 shop1?0=95", "blog0 9", "")]
    // For a group without a worker it is collected bit by bit, unless that could never be enough.
    [InlineData("shop 0, blog 0, wiki 0", "blog0=40 blog1=40 shop0?0=90", "blog1 9", "blog1 for shop")]
    [InlineData("shop 0, blog 1, wiki 0", "blog0=40 blog1=40 shop0?0=90", "blog1 9", "")]
    // Workers that have grown above the cap.
    [InlineData("shop 0, blog 1", "blog0=70 blog1=40 shop0=10", "blog1 0, shop0 3", "shop0 for none, blog1 for none")]
    [InlineData("shop 1, blog 1", "blog0=70 shop0=40", "", "")]
    public void Room_is_made_by(string groups, string workers, string offers, string expected)
    {
        var seen = CapScene.Workers(workers);
        var decision = CapPlan.Decide(CapScene.Groups(null, null, groups, megabytes: 100), seen);
        var yields = YieldPlan.Choose(decision, CapScene.Offers(seen, offers), CapScene.Now);
        Assert.Equal(expected, string.Join(", ", yields.Select(static yield => $"{CapScene.Name(yield.Offer.Worker)} for {CapScene.Short(yield.Purpose)}")));
    }

    [Theory]
    [InlineData("shop0=30 shop1=50 shop2?", 50)]
    [InlineData("shop0 blog0=70", 20)]
    [InlineData("node0 blog0=70", 70)]
    public void A_worker_is_taken_to_be_as_large_as(string workers, long megabytes)
    {
        var sizes = new SizeBook();
        sizes.Note("shop", 20 << 20);
        var estimated = sizes.Estimate(CapScene.Groups(null, null, "shop 0, blog 0, node 0", megabytes: 100), CapScene.Workers(workers));
        Assert.Equal(megabytes << 20, estimated.First(worker => worker.Group == (workers.Contains("node", StringComparison.Ordinal) ? "node" : "shop") && (worker.Rank == 2 || !workers.Contains("shop2", StringComparison.Ordinal))).Memory);
    }

    [Theory]
    // What others use says little of a group that has never been measured: it waits for all that they can spare, and starts with that.
    [InlineData("shop 0, blog 1", "blog0=70 shop0?", "shop0", "")]
    [InlineData("shop 0, blog 0", "blog0=70 shop0?", "", "shop0")]
    [InlineData("shop 0, blog 1", "blog0=60 blog1=20 shop0?", "", "shop0")]
    // Nothing can be spared.
    [InlineData("shop 0, blog 1", "blog0=100 shop0?", "", "shop0")]
    // The second one, once the first has shown what it uses.
    [InlineData("shop 0, blog 1", "blog0=70 shop0 shop1?", "", "shop1")]
    [InlineData("shop 0, blog 1", "blog0=70 shop0=10 shop1?", "shop1", "")]
    // The size of the large one comes from beyond the application group's cap of 50 MiB.
    [InlineData("shop 0 python, blog 1 python, node 1", "blog0=20 node0=40 shop0?", "shop0", "")]
    // One that has been measured is no guess.
    [InlineData("wiki 0, blog 1", "blog0=70 wiki0?", "", "wiki0")]
    public void A_guess_keeps_nobody_waiting_for_ever(string groups, string workers, string granted, string refused)
    {
        var sizes = new SizeBook();
        sizes.Note("wiki", 40 << 20);
        var scene = CapScene.Groups(null, null, groups, megabytes: 100, megabytesOfPython: 50);
        var decision = CapPlan.Decide(scene, sizes.Estimate(scene, CapScene.Workers(workers)));
        Assert.Equal(granted, string.Join(' ', decision.Granted.Select(CapScene.Name)));
        Assert.Equal(refused, string.Join(' ', decision.Refused.Select(static refusal => CapScene.Name(refusal.Worker))));
    }

    [Fact]
    public void Room_for_a_guess_is_made_by_the_highest_ranks()
    {
        var scene = CapScene.Groups(null, null, "shop 0 python, blog 1 python, node 1", megabytes: 100, megabytesOfPython: 50);
        var seen = new SizeBook().Estimate(scene, CapScene.Workers("blog0=20 blog1=10 node0=45 shop0?0"));
        var yields = YieldPlan.Choose(CapPlan.Decide(scene, seen), CapScene.Offers(seen, "blog1 9"), CapScene.Now);
        Assert.Equal("blog1", CapScene.Name(Assert.Single(yields).Offer.Worker));
    }

    [Fact]
    public void A_refusal_tells_the_figures()
    {
        var decision = CapPlan.Decide(CapScene.Groups(null, null, "shop 1, blog 0", megabytes: 100), CapScene.Workers("blog0=55 shop0=40 shop1?0=40"));
        var shortage = Assert.Single(decision.Refused).Shortage;
        Assert.Equal("the machine's cap of 100MiB of memory (ProxyGroups:MaxMemory) is reached by blog 55MiB, shop 40MiB", $"{shortage} is reached by {decision.Soon.Describe(shortage)}");
    }
}
