using Microsoft.Extensions.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>
/// Reads the section <c>ProxyGroups</c> by hand rather than with .NET's binder, which merges lists of several files by
/// index, takes 30 for 30 days, ignores unknown keys and stops at the first error.
/// </summary>
internal static class SettingsReader
{
    public const string Section = "ProxyGroups";

    public static SettingsReading Read(IConfiguration configuration)
    {
        var errors = new ReadErrors();
        var node = SettingsNode.Open(configuration, Section);
        var root = new SectionReader(node, null, errors, KnownKeys.Root);
        var defaults = node.Part("Defaults");
        // Read once by itself, so that its errors show even where there is no group.
        ProcessGroupReader.Read(defaults, null, errors);
        var settings = new ProxyGroupsSettings
        {
            Enabled = root.Read("Enabled", ScalarText.Switch, true),
            RuntimeDirectory = root.ReadText("RuntimeDirectory"),
            Overview = root.ReadText("Overview"),
            Admin = root.Read("Admin", ScalarText.Switch, true),
            AdminEndpoint = ReadAdminEndpoint(root.Section("AdminEndpoint", KnownKeys.AdminEndpoint)),
            Launcher = root.Read("Launcher", ScalarText.Launcher, LauncherKind.Auto),
            MaxProcesses = root.ReadOptional("MaxProcesses", ScalarText.WholeNumber),
            MaxMemory = root.Read("MaxMemory", SizeText.Parse, null),
            Cgroup = root.ReadText("Cgroup"),
            AccessLog = ReadAccessLog(root.Section("AccessLog", KnownKeys.AccessLog)),
            ApplicationGroups = ReadGroups(node.Part("ApplicationGroups"), group => ReadApplicationGroup(group, errors), errors),
            ProcessGroups = ReadGroups(node.Part("ProcessGroups"), group => ProcessGroupReader.Read(group, defaults, errors), errors, name => !LiveLayer.HoldsAlone(configuration, $"{Section}:ProcessGroups:{name}")),
        };
        return new(settings, errors);
    }

    private static AdminEndpointSettings ReadAdminEndpoint(SectionReader section) => new() { Url = section.ReadText("Url"), TokenFile = section.ReadText("TokenFile") };

    private static AccessLogSettings ReadAccessLog(SectionReader section)
    {
        var unset = new AccessLogSettings();
        return new()
        {
            Format = section.Read("Format", ScalarText.AccessLogFormat, unset.Format),
            File = section.ReadText("File"),
            MaxSize = section.Read("MaxSize", SizeText.Parse, unset.MaxSize) ?? 0,
            Keep = section.Read("Keep", ScalarText.WholeNumber, unset.Keep),
            Query = section.Read("Query", ScalarText.Switch, unset.Query),
        };
    }

    private static ApplicationGroupSettings ReadApplicationGroup(SettingsNode node, ReadErrors errors)
    {
        var group = new SectionReader(node, null, errors, KnownKeys.ApplicationGroup);
        return new()
        {
            MaxProcesses = group.ReadOptional("MaxProcesses", ScalarText.WholeNumber),
            MaxMemory = group.Read("MaxMemory", SizeText.Parse, null),
            Group = ProcessGroupReader.ReadLimits(group.Section("Group", KnownKeys.Limits)),
            Preload = group.ReadList("Preload", static text => Parsed.Ok<IReadOnlyList<string>>([text])),
            PreloadExclude = group.ReadList("PreloadExclude"),
            Refresh = group.Read("Refresh", ScalarText.Switch, false),
            RefreshAfter = group.Read("RefreshAfter", DurationText.Parse, new ApplicationGroupSettings().RefreshAfter),
        };
    }

    private static Dictionary<string, T> ReadGroups<T>(SettingsNode groups, Func<SettingsNode, T> read, ReadErrors errors, Func<string, bool>? exists = null)
    {
        if (groups.Kind == NodeKind.Value)
        {
            errors.Add(groups.Path, groups.Text, "is a value, but a section is expected", "Write { \"name\": { ... } }.");
        }

        foreach (var names in groups.Layers.SelectMany(layer => layer.MixedSpellings))
        {
            errors.Add(groups.Path, null, $"holds one group twice, as \"{names}\": names are compared without case", "Keep one of them.");
        }

        return groups.Keys.Where(name => exists is null || exists(name)).ToDictionary(name => name, name => read(Group(groups, name, errors)));
    }

    private static SettingsNode Group(SettingsNode groups, string name, ReadErrors errors)
    {
        var group = groups.Part(name);
        if (group.Kind == NodeKind.Null && group.Layers.Any(layer => layer.Children.Count > 0))
        {
            errors.Add(group.Path, null, "is null or {} here, but an earlier layer of the configuration fills it", "Remove this line, or remove the group where it is written.");
        }

        return group;
    }
}
