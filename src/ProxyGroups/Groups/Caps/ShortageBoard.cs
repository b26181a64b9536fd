using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Groups.Caps;

/// <summary>Which groups lack room and why, in words: kept for the overview, logged once per change. Not thread-safe.</summary>
internal sealed class ShortageBoard(ILogger logger)
{
    private Dictionary<string, Shortage> _shown = new(StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => _shown.Count == 0;

    public string? Find(string group) => _shown.GetValueOrDefault(group)?.Text;

    public void Show(CapDecision decision)
    {
        var next = decision.Refused.GroupBy(static refusal => refusal.Worker.Group, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static group => group.Key, group => Describe([.. group], decision.Soon), StringComparer.OrdinalIgnoreCase);
        foreach (var (group, shortage) in next.Where(pair => pair.Value.Key != _shown.GetValueOrDefault(pair.Key)?.Key))
        {
            Log(group, shortage);
        }

        foreach (var group in _shown.Where(pair => !pair.Value.IsOfSuccessors && !next.ContainsKey(pair.Key)).Select(static pair => pair.Key))
        {
            logger.RoomFound(group);
        }

        _shown = next;
    }

    public void Announce(Yield yield) =>
        logger.RoomAsked(yield.Offer.Worker.Group, yield.Offer.IsIdle ? string.Create(CultureInfo.InvariantCulture, $"idle for {yield.Offer.IdleFor.TotalSeconds:0.0} s") : "busy until its requests are done", yield.Purpose);

    private void Log(string group, Shortage shortage)
    {
        if (shortage.IsOfSuccessors)
        {
            logger.ReplacedInPlace(group, shortage.Reason);
        }
        else
        {
            logger.RoomLacking(group, shortage.Text);
        }
    }

    private static Shortage Describe(IReadOnlyList<CapRefusal> refused, CapLedger ledger)
    {
        // Its own growth says more of a group than a successor that has no room.
        var shown = refused.Where(static refusal => !refusal.IsSuccessor).ToList() is { Count: > 0 } growth ? growth : [.. refused];
        var (shortage, isOfSuccessors) = (shown[0].Shortage, shown[0].IsSuccessor);
        var reason = $"{shortage} is reached by {ledger.Describe(shortage)}{(shortage.IsOfMemory && shown[0].Worker.Memory is { } need ? $", and one more is taken to need {CapLedger.Megabytes(need)}" : "")}";
        var wish = isOfSuccessors ? "replaces its workers in place, one after the other"
            : string.Create(CultureInfo.InvariantCulture, $"wants {shown.Count} more worker{(shown.Count > 1 ? "s" : "")}");
        return new Shortage($"{shortage}", isOfSuccessors, reason, $"{wish}: {reason}");
    }

    private sealed record Shortage(string Cap, bool IsOfSuccessors, string Reason, string Text)
    {
        // The numbers move with every request; that alone is no news.
        public (string Cap, bool IsOfSuccessors) Key => (Cap, IsOfSuccessors);
    }
}
