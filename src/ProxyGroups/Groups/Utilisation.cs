using ProxyGroups.Scheduling;

namespace ProxyGroups.Groups;

/// <summary>Shares of a group's slot time that requests held, 0 to 1; null where there were no slots. Right after the start: since then.</summary>
internal sealed record Utilisation(double? OneMinute, double? FifteenMinutes)
{
    public static double? Between(SlotTotals from, SlotTotals to) => to.Offered > from.Offered ? Math.Clamp((to.Held - from.Held) / (to.Offered - from.Offered), 0, 1) : null;
}
