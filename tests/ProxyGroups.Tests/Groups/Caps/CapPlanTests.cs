using ProxyGroups.Groups.Caps;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>Who gets the room below the caps; see <see cref="CapScene"/> for the words.</summary>
public sealed class CapPlanTests
{
    [Theory]
    // No cap, and room below one.
    [InlineData(null, null, "shop 1", "shop0 shop1? shop2?", "shop1 shop2", "")]
    [InlineData(3, null, "shop 1, blog 1", "shop0 blog0 shop1?", "shop1", "")]
    // The cap is reached; those that leave still count, and whoever fits once they are gone is not refused.
    [InlineData(3, null, "shop 1, blog 1", "shop0 blog0 shop1 shop2?", "", "shop2")]
    [InlineData(3, null, "shop 1, blog 1", "shop0 blog0 shop1- shop1? shop2?", "", "shop2")]
    [InlineData(3, null, "shop 1, blog 1", "shop0 blog0 shop1- shop2? blog1?", "", "blog1")]
    // What a group always runs is kept free for it, and found free.
    [InlineData(3, null, "shop 0, blog 2", "shop0 shop1?", "", "shop1")]
    [InlineData(3, null, "shop 0, blog 2", "shop0 blog0 shop1? blog1?", "blog1", "shop1")]
    [InlineData(3, null, "shop 1, blog 1", "shop0? shop1? blog0?", "shop0 blog0 shop1", "")]
    // A cap that was lowered is not exceeded further, not even by a group below its minimum.
    [InlineData(2, null, "shop 0, blog 1", "shop0 shop1 blog0?", "", "blog0")]
    // The fewest workers first, then first come, first served.
    [InlineData(4, null, "shop 0, blog 0", "shop0 shop1? shop2? blog0? blog1?", "blog0 shop1 blog1", "shop2")]
    [InlineData(2, null, "shop 0, blog 0, wiki 0", "blog0? shop0? wiki0?", "blog0 shop0", "wiki0")]
    // The heir of a worker that left for it first; the successor of one that serves last.
    [InlineData(2, null, "shop 0, blog 0", "shop0 blog0? shop1!", "shop1", "blog0")]
    [InlineData(3, null, "shop 0, blog 0", "shop0 shop0? blog0 blog1?", "blog1", "shop0")]
    [InlineData(2, null, "shop 2", "shop0 shop1 shop0?", "", "shop0")]
    // An application group's cap bounds its own groups only, and both caps hold.
    [InlineData(null, 2, "shop 0 python, blog 0 python, node 0", "shop0 blog0 shop1? node0? node1?", "node0 node1", "shop1")]
    [InlineData(4, 2, "shop 0 python, node 0", "shop0 shop1 shop2? node0? node1? node2?", "node0 node1", "shop2 node2")]
    // No room on the machine keeps nobody from room of its own kind later.
    [InlineData(3, 1, "shop 0 python, node 0", "shop0- shop0? node0? node1?", "node0 node1", "")]
    public void Room_goes_to(int? machine, int? python, string groups, string workers, string granted, string refused)
    {
        var decision = CapPlan.Decide(CapScene.Groups(machine, python, groups), CapScene.Workers(workers));
        Assert.Equal(granted, string.Join(' ', decision.Granted.Select(CapScene.Name)));
        Assert.Equal(refused, string.Join(' ', decision.Refused.Select(static refusal => CapScene.Name(refusal.Worker))));
    }

    [Fact]
    public void A_refusal_names_the_narrowest_cap_that_is_reached()
    {
        var decision = CapPlan.Decide(CapScene.Groups(4, 2, "shop 0 python, blog 2 python, node 0"), CapScene.Workers("shop0 blog0 node0 node1 shop1? node2?"));
        Assert.Equal(["node2: the machine's cap of 4 processes (ProxyGroups:MaxProcesses)", "shop1: application group python's cap of 2 processes (ProxyGroups:ApplicationGroups:python:MaxProcesses)"],
            decision.Refused.Select(static refusal => $"{CapScene.Name(refusal.Worker)}: {refusal.Shortage}").Order());
        Assert.Equal("blog 1 of 2 that are kept for it, node 2, shop 1", decision.Soon.Describe(decision.Refused.Single(static refusal => refusal.Worker.Group == "node").Shortage));
    }

    /// <summary>Whatever happens in whatever order: no cap is exceeded, and what always runs gets its room.</summary>
    [Fact]
    public void No_cap_is_ever_exceeded_and_no_minimum_ever_starved()
    {
        var random = new Random(7);
        var groups = CapScene.Groups(7, 4, "shop 1 python, blog 2 python, wiki 0 python, node 1, cron 0");
        var workers = new List<CapWorker>();
        for (var step = 1; step < 20_000; step++)
        {
            workers = Move(workers, groups.Keys.ElementAt(random.Next(groups.Count)), step, random);
            var decision = CapPlan.Decide(groups, workers);
            var granted = decision.Granted.Select(static worker => worker.Id).ToHashSet();
            workers = [.. workers.Select(worker => granted.Contains(worker.Id) ? worker with { Stage = CapStage.Held } : worker)];
            var ledger = new CapLedger(groups).Add(workers.Where(static worker => worker.Stage != CapStage.Waiting));
            Assert.DoesNotContain(ledger.Caps, cap => ledger.OverOf(cap) is not null);
            Assert.DoesNotContain(decision.Refused, refusal => decision.Soon.Held(refusal.Worker.Group) < decision.Soon.Minimum(refusal.Worker.Group));
        }
    }

    private static List<CapWorker> Move(List<CapWorker> workers, string group, int step, Random random)
    {
        var one = workers.Count > 0 ? workers[random.Next(workers.Count)] : null;
        return random.Next(4) switch
        {
            0 when one is { Stage: CapStage.Held } => [.. workers.Select(worker => worker == one ? worker with { Stage = CapStage.Leaving } : worker)],
            1 when one is not null => [.. workers.Where(worker => worker != one)],
            _ when workers.Count < 30 => [.. workers, new CapWorker(step, group, random.Next(4), TimeSpan.FromSeconds(step))],
            _ => workers,
        };
    }
}
