namespace ProxyGroups.Groups.Refreshing;

/// <summary>When a fresh generation saves more than it costs. Pure; a value that goes from look to look.</summary>
/// <param name="Workers">How many there were when <paramref name="Saved"/> was seen.</param>
/// <param name="Saved">What sharing saved once the workers had written to what everybody writes to, in bytes; null: not yet known.</param>
/// <param name="RefreshedAt">Null: never.</param>
internal sealed record RefreshPlan(int Workers = 0, long? Saved = null, TimeSpan? RefreshedAt = null)
{
    /// <summary>Times the settling: so that a projection that does not come true costs little.</summary>
    public const int Pace = 6;

    // A gain below this share of what is used is nobody's worry.
    private const int WorthwhileShare = 10;

    public bool IsDue { get; private init; }

    /// <summary>What a fresh generation is taken to save, in bytes.</summary>
    public long Gain { get; private init; }

    /// <param name="settling">What is written to in this time would be again, so it is no loss that a fresh generation could mend.</param>
    public RefreshPlan Look(RefreshFacts facts, TimeSpan now, TimeSpan settling)
    {
        if (facts.Age < settling)
        {
            return new(RefreshedAt: RefreshedAt);
        }

        var saved = Saved is { } known && Workers == facts.Workers ? known : facts.Saved;
        var gain = Math.Max(0, saved - facts.Saved) + facts.Unshared;
        // While a group goes over it has one worker more.
        var isDue = gain > Math.Max(facts.Largest, facts.Used / WorthwhileShare) && !(now - RefreshedAt < settling * Pace);
        return new(facts.Workers, saved, isDue ? now : RefreshedAt) { IsDue = isDue, Gain = gain };
    }
}
