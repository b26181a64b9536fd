using ProxyGroups.Configuration;

namespace ProxyGroups.Groups.Caps;

/// <summary>A process group as the caps see it.</summary>
/// <param name="Minimum">Workers that it is always kept room for.</param>
/// <param name="Caps">Those that hold for it, the narrowest first.</param>
internal sealed record CapGroup(string Name, int Minimum, IReadOnlyList<Cap> Caps)
{
    public bool CountsMemory => Caps.Any(static cap => cap.Memory is not null);

    /// <summary>The groups of these settings by name.</summary>
    public static Dictionary<string, CapGroup> Read(ProxyGroupsSettings settings)
    {
        var parents = settings.ApplicationGroups.ToDictionary(
            static group => group.Key,
            static group => new Cap($"application group {group.Key}", $"{SettingsReader.Section}:ApplicationGroups:{group.Key}", group.Value.MaxProcesses, group.Value.MaxMemory),
            StringComparer.OrdinalIgnoreCase);
        return settings.ProcessGroups.ToDictionary(
            static group => group.Key,
            group => new CapGroup(group.Key, group.Value.Processes, [.. Bounding(parents.GetValueOrDefault(group.Value.ApplicationGroup ?? ""), OfMachine(settings))]),
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>One that the settings do not know: nothing is kept for it.</summary>
    public static CapGroup Unlisted(string name, ProxyGroupsSettings settings) => new(name, 0, [.. Bounding(OfMachine(settings))]);

    private static Cap OfMachine(ProxyGroupsSettings settings) => new("the machine", SettingsReader.Section, settings.MaxProcesses, settings.MaxMemory);

    private static IEnumerable<Cap> Bounding(params IEnumerable<Cap?> caps) => caps.OfType<Cap>().Where(static cap => (cap.Processes ?? cap.Memory) is not null);
}
