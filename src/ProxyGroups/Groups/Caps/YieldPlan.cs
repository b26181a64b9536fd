namespace ProxyGroups.Groups.Caps;

/// <summary>
/// Decides which workers make room for those that find none. Pure. The one that has been idle longest goes first. A busy one goes only
/// for a group that has no worker or too few, and only after both have had <see cref="Patience"/>: else two busy groups would end each other's boots.
/// </summary>
internal static class YieldPlan
{
    /// <summary>A group that only wants to grow does not take a worker that rests between two requests, and takes none while nobody waits for it.</summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="decision">Its ledger is written on.</param>
    public static IReadOnlyList<Yield> Choose(CapDecision decision, IEnumerable<YieldOffer> offers, TimeSpan now)
    {
        var (soon, left, chosen) = (decision.Soon, offers.ToList(), new List<Yield>());
        foreach (var claim in decision.Refused.Where(static refusal => !refusal.IsSuccessor).Select(static refusal => refusal.Worker))
        {
            chosen.AddRange(MakeRoom(claim, soon, left, now));
        }

        foreach (var cap in soon.Caps)
        {
            while (soon.OverOf(cap) is { } over && Best(left.Where(offer => IsFree(offer, cap, soon) && HasServed(offer, now)), soon) is { } offer)
            {
                Take(offer, soon, left);
                chosen.Add(new Yield(offer, $"since {over} is exceeded"));
            }
        }

        return chosen;
    }

    // All the room that it needs, or none: nobody leaves in vain. Memory for a group without a worker is collected, though.
    private static List<Yield> MakeRoom(CapWorker claim, CapLedger soon, List<YieldOffer> left, TimeSpan now)
    {
        var taken = new List<YieldOffer>();
        while (soon.ShortOf(claim) is { } shortage)
        {
            if (Best(left.Where(offer => IsFree(offer, shortage.Cap, soon) && MayYield(offer, claim, soon, now)), soon) is not { } offer)
            {
                return shortage.IsOfMemory && soon.Held(claim.Group) == 0 && soon.CouldFit(claim, shortage.Cap) ? Yields(taken, claim) : PutBack(taken, soon, left);
            }

            Take(offer, soon, left);
            taken.Add(offer);
        }

        soon.Add(claim);
        return Yields(taken, claim);
    }

    private static List<Yield> Yields(List<YieldOffer> taken, CapWorker claim) => [.. taken.Select(offer => new Yield(offer, $"to make room for group {claim.Group}"))];

    private static List<Yield> PutBack(List<YieldOffer> taken, CapLedger soon, List<YieldOffer> left)
    {
        soon.Add(taken.Select(static offer => offer.Worker));
        left.AddRange(taken);
        return [];
    }

    private static void Take(YieldOffer offer, CapLedger soon, List<YieldOffer> left)
    {
        soon.Remove(offer.Worker);
        left.Remove(offer);
    }

    private static bool IsFree(YieldOffer offer, Cap cap, CapLedger soon) =>
        soon.IsUnder(offer.Worker.Group, cap) && soon.Held(offer.Worker.Group) > soon.Minimum(offer.Worker.Group);

    private static bool MayYield(YieldOffer offer, CapWorker claim, CapLedger soon, TimeSpan now)
    {
        var isUrgent = soon.Held(claim.Group) == 0 || soon.Held(claim.Group) < soon.Minimum(claim.Group);
        return !offer.Worker.Group.Equals(claim.Group, StringComparison.OrdinalIgnoreCase)
            && (isUrgent ? offer.IsIdle || (now - claim.Since >= Patience && HasServed(offer, now)) : claim.IsPressed && offer.IdleFor >= Rest);
    }

    private static bool HasServed(YieldOffer offer, TimeSpan now) => offer.IsIdle || now - offer.Worker.ReadySince >= Patience;

    private static YieldOffer? Best(IEnumerable<YieldOffer> offers, CapLedger soon) => offers
        .OrderByDescending(static offer => offer.IdleFor)
        .ThenByDescending(offer => soon.Held(offer.Worker.Group))
        .ThenBy(static offer => offer.Worker.ReadySince)
        .FirstOrDefault();
}
