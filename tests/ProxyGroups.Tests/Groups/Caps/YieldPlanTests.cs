using ProxyGroups.Groups.Caps;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>Which workers make room for those that find none; see <see cref="CapScene"/> for the words.</summary>
public sealed class YieldPlanTests
{
    [Theory]
    // The one that has been idle longest makes room for a group that has no worker, however short that was.
    [InlineData(3, null, "shop 0, blog 0, wiki 0", "shop0 blog0 blog1 wiki0?", "shop0 0.1, blog1 0.2", "blog1 for wiki")]
    [InlineData(3, null, "shop 0, blog 0, wiki 0", "shop0 blog0 blog1 wiki0?", "shop0 9, blog1 0.2", "shop0 for wiki")]
    // One for each that waits, and no more than needed.
    [InlineData(2, null, "shop 0, blog 0, wiki 0, node 0", "shop0 blog0 wiki0? node0?", "shop0 2, blog0 1", "shop0 for wiki, blog0 for node")]
    [InlineData(3, null, "shop 0, blog 0, wiki 0", "shop0 blog0- blog1 wiki0?", "shop0 9, blog1 9", "")]
    // A group that only grows does not take a worker that rests between two requests.
    [InlineData(2, null, "shop 0, blog 0", "shop0 blog0 shop1?", "blog0 0.9", "")]
    [InlineData(2, null, "shop 0, blog 0", "shop0 blog0 shop1?", "blog0 1", "blog0 for shop")]
    [InlineData(2, null, "shop 0, blog 0", "shop0 blog0 shop1?60", "blog0 0", "")]
    // While nobody waits a group does not grow at the expense of others; one without a worker, or with too few, has to be there at once.
    [InlineData(2, null, "shop 0, blog 0", "shop0 blog0 shop1_60", "blog0 9", "")]
    [InlineData(2, null, "shop 0, blog 0", "blog1 blog0 shop0_", "blog1 9", "blog1 for shop")]
    [InlineData(2, null, "shop 2, blog 0", "shop0 blog0 shop1_", "blog0 9", "blog0 for shop")]
    // A busy one goes only for a group without any, after both have had their time, and of the group that has most.
    [InlineData(2, null, "shop 0, blog 0", "shop0 shop1 blog0?4.9", "shop1 0", "")]
    [InlineData(2, null, "shop 0, blog 0", "shop0 shop1 blog0?5", "shop1 0", "shop1 for blog")]
    [InlineData(3, null, "shop 0, blog 0, wiki 0", "wiki0 shop0 shop1 blog0?5", "wiki0 0, shop1 0", "shop1 for blog")]
    // What a group always runs is no spare; a successor takes nobody's room; nobody of the same group goes.
    [InlineData(2, null, "shop 2, blog 0", "shop0 shop1 blog0?9", "shop1 9", "")]
    [InlineData(2, null, "shop 0, blog 0", "shop0 blog0 shop0?9", "blog0 9", "")]
    [InlineData(2, null, "shop 0, blog 0", "shop0 shop1 shop2?9", "shop1 9", "")]
    // Only whoever is below the cap that is reached.
    [InlineData(null, 1, "shop 0 python, blog 0 python, node 0", "shop0 node0 blog0?", "node0 9, shop0 2", "shop0 for blog")]
    // Room below both caps, or nobody leaves in vain.
    [InlineData(2, 1, "shop 0 python, blog 0 python, node 1", "shop0 node0 blog0?", "node0 9", "")]
    // A cap that was lowered.
    [InlineData(1, null, "shop 0, blog 0", "shop0 shop1 blog0", "shop1 3, blog0 4", "blog0 for none, shop1 for none")]
    [InlineData(2, null, "shop 1, blog 2", "shop0 blog0 blog1", "shop0 3, blog1 4", "")]
    [InlineData(2, null, "shop 0, blog 2", "shop0 shop1 blog0?", "shop1 3", "shop1 for blog")]
    public void Room_is_made_by(int? machine, int? python, string groups, string workers, string offers, string expected)
    {
        var seen = CapScene.Workers(workers);
        var decision = CapPlan.Decide(CapScene.Groups(machine, python, groups), seen);
        var yields = YieldPlan.Choose(decision, CapScene.Offers(seen, offers), CapScene.Now);
        Assert.Equal(expected, string.Join(", ", yields.Select(static yield => $"{CapScene.Name(yield.Offer.Worker)} for {CapScene.Short(yield.Purpose)}")));
    }

    [Fact]
    public void A_busy_worker_that_was_just_started_serves_for_a_while_first()
    {
        var workers = CapScene.Workers("shop0 blog0?60").Select(static worker => worker.Stage == CapStage.Held ? worker with { ReadySince = CapScene.Now - TimeSpan.FromSeconds(4) } : worker).ToList();
        var decision = CapPlan.Decide(CapScene.Groups(1, null, "shop 0, blog 0"), workers);
        Assert.Empty(YieldPlan.Choose(decision, CapScene.Offers(workers, "shop0 0"), CapScene.Now));
        Assert.Single(YieldPlan.Choose(decision, CapScene.Offers(workers, "shop0 0"), CapScene.Now + TimeSpan.FromSeconds(1)));
    }
}
