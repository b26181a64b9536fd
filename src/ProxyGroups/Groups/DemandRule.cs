namespace ProxyGroups.Groups;

/// <summary>
/// How many workers a group should have: a pure function of what runs and waits. The one place for another way of scaling.
/// </summary>
internal static class DemandRule
{
    /// <summary>A queue that the workers empty sooner than this asks for no more of them: a boot takes longer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    public static int Workers(in DemandFacts facts)
    {
        var kept = facts.Waiting > 0 ? facts.Wanted : facts.Wanted - facts.IdleRanks;
        return Math.Clamp(Math.Max(kept, Needed(in facts)), facts.Least, facts.Most);
    }

    // Workers that boot are wanted already, so whoever waits for them asks for no others.
    private static int Needed(in DemandFacts facts)
    {
        var isPressed = facts.Waiting > 0 && (!facts.IsServing || facts.OldestWait >= Patience);
        return isPressed ? (int)Math.Min(int.MaxValue, ((long)facts.Busy + facts.Waiting + facts.Threads - 1) / facts.Threads) : 0;
    }
}
