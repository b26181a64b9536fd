using System.Globalization;
using ProxyGroups.Configuration;
using ProxyGroups.Groups.Caps;

namespace ProxyGroups.Hosting;

/// <summary>
/// What bounds several groups together in words, one line each: "the machine: at most 6 processes, 4 of them kept for blog 1, shop 3",
/// "limits of application group python: 1.5 cores".
/// </summary>
internal static class CapLines
{
    public static IReadOnlyList<string> Of(ProxyGroupsSettings settings)
    {
        var groups = CapGroup.Read(settings).Values.OrderBy(static group => group.Name, StringComparer.Ordinal).ToList();
        return [.. groups.SelectMany(static group => group.Caps).Distinct().OrderByDescending(static cap => cap.Owner, StringComparer.Ordinal).Select(cap => Describe(cap, [.. groups.Where(group => group.Caps.Contains(cap))])), .. Limits(settings)];
    }

    private static IEnumerable<string> Limits(ProxyGroupsSettings settings) => settings.ApplicationGroups
        .Where(static group => group.Value.Group != new GroupSettings()).OrderBy(static group => group.Key, StringComparer.Ordinal)
        .Select(static group => $"limits of application group {group.Key}: {group.Value.Group.Describe()}");

    private static string Describe(Cap cap, IReadOnlyList<CapGroup> members)
    {
        var kept = members.Where(static group => group.Minimum > 0).Select(static group => string.Create(CultureInfo.InvariantCulture, $"{group.Name} {group.Minimum}"));
        string?[] bounds =
        [
            cap.Processes is { } most ? string.Create(CultureInfo.InvariantCulture, $"{most} processes, {members.Sum(static group => group.Minimum)} of them kept for {string.Join(", ", kept.DefaultIfEmpty("nobody"))}") : null,
            cap.Memory is { } memory ? $"{SizeText.Format(memory)} of memory" : null,
        ];
        return $"{cap.Owner}: at most {string.Join("; ", bounds.Where(static bound => bound is not null))}";
    }
}
