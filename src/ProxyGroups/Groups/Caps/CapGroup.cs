using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Caps;

/// <summary>A process group as the caps see it.</summary>
/// <param name="Minimum">Workers that it is always kept room for.</param>
/// <param name="Caps">Those that hold for it, the narrowest first.</param>
internal sealed record CapGroup(string Name, int Minimum, IReadOnlyList<Cap> Caps)
{
    /// <summary>A preloader: it counts in caps on memory alone, and nobody can ask it to make room.</summary>
    public bool IsPreloader { get; init; }

    public bool CountsMemory => Caps.Any(static cap => cap.Memory is not null);

    /// <summary>The groups of these settings by name.</summary>
    public static Dictionary<string, CapGroup> Read(ProxyGroupsSettings settings)
    {
        var parents = settings.ApplicationGroups.ToDictionary(
            static group => group.Key,
            static group => OfApplicationGroup(group.Key, group.Value),
            StringComparer.OrdinalIgnoreCase);
        return settings.ProcessGroups.ToDictionary(
            static group => group.Key,
            group => new CapGroup(group.Key, group.Value.Processes, [.. Bounding(parents.GetValueOrDefault(group.Value.ApplicationGroup ?? ""), OfMachine(settings))]),
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>One that the settings do not know: nothing is kept for it.</summary>
    public static CapGroup Unlisted(string name, ProxyGroupsSettings settings) => new(name, 0, [.. Bounding(OfMachine(settings))]);

    /// <summary>The preloader of an application group, or of a process group's app: what bounds its workers bounds it.</summary>
    /// <param name="groups">Of these settings.</param>
    public static CapGroup OfPreloader(string owner, ProxyGroupsSettings settings, IReadOnlyDictionary<string, CapGroup> groups)
    {
        var caps = PreloadSpec.GroupOf(owner) is { } app
            ? (groups.GetValueOrDefault(app) ?? Unlisted(app, settings)).Caps
            : [.. Bounding(settings.ApplicationGroups.TryGetValue(owner, out var parent) ? OfApplicationGroup(owner, parent) : null, OfMachine(settings))];
        return new(PreloaderProcess.NameOf(owner), 0, caps) { IsPreloader = true };
    }

    private static Cap OfApplicationGroup(string name, ApplicationGroupSettings settings) =>
        new($"application group {name}", $"{SettingsReader.Section}:ApplicationGroups:{name}", settings.MaxProcesses, settings.MaxMemory);

    private static Cap OfMachine(ProxyGroupsSettings settings) => new("the machine", SettingsReader.Section, settings.MaxProcesses, settings.MaxMemory);

    private static IEnumerable<Cap> Bounding(params IEnumerable<Cap?> caps) => caps.OfType<Cap>().Where(static cap => (cap.Processes ?? cap.Memory) is not null);
}
