using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>An application group at one moment, as far as the caller may see its process groups.</summary>
/// <param name="Preloaders">What its workers are forked from, one for each interpreter and user; those of PreloadApp stand in the detail of their process group.</param>
/// <param name="Sharing">Memory of all its workers and of all that they are forked from; null: they share none, or not all is known.</param>
internal sealed record ApplicationGroupSnapshot(string Name, IReadOnlyList<PreloaderSnapshot> Preloaders, SharingSnapshot? Sharing)
{
    public static IReadOnlyList<ApplicationGroupSnapshot> Of(IEnumerable<ProcessGroup> groups, UsageReport usage) =>
        [.. groups.Where(static group => group.Settings.ApplicationGroup is not null).GroupBy(static group => group.Settings.ApplicationGroup!, StringComparer.OrdinalIgnoreCase)
            .OrderBy(static parent => parent.Key, StringComparer.Ordinal).Select(parent => Of(parent.Key, [.. parent], usage))];

    private static ApplicationGroupSnapshot Of(string name, IReadOnlyList<ProcessGroup> groups, UsageReport usage)
    {
        var own = usage.PreloadersOf(name).ToList();
        List<PreloaderView> all = [.. own, .. groups.SelectMany(group => usage.PreloadersOf(PreloadSpec.OwnerOf(group.Name)))];
        return new(name, [.. own.Select(preloader => PreloaderSnapshot.Of(preloader, usage))], SharingSnapshot.Of(groups.SelectMany(static group => group.Pids), all, usage));
    }
}
