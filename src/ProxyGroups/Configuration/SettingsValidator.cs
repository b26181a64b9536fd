using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>
/// Every rule that needs the records only, for settings from files and from code alike. Returns all errors, with
/// configuration paths.
/// </summary>
internal static partial class SettingsValidator
{
    /// <summary>JSON schema pattern of a group's name.</summary>
    public const string NamePattern = "^[a-z0-9][a-z0-9-]{0,62}$";

    public static IReadOnlyList<SettingsError> Validate(ProxyGroupsSettings settings)
    {
        var errors = new List<SettingsError>();
        var root = new Checks(SettingsReader.Section, errors);
        root.Text("RuntimeDirectory", settings.RuntimeDirectory);
        root.Require(settings.Cgroup is null || Path.IsPathRooted(settings.Cgroup), "Cgroup", settings.Cgroup, "is not an absolute path", "Write the folder of a cgroup, such as \"/sys/fs/cgroup/web\".");
        root.UrlPath("Overview", settings.Overview);
        root.Require(Enum.IsDefined(settings.Launcher), "Launcher", settings.Launcher.ToString(), "is no launcher", "Write \"auto\", \"linux\" or \"plain\".");
        foreach (var name in settings.ApplicationGroups.Keys)
        {
            CheckName(name, "an application group", root.Section("ApplicationGroups"));
        }

        foreach (var (name, group) in settings.ApplicationGroups)
        {
            PreloadValidator.Validate(group, root.Section("ApplicationGroups").Section(name));
        }

        root.Require(settings.ProcessGroups.Count <= SettingsRanges.MostProcessGroups, "ProcessGroups", null,
            string.Create(CultureInfo.InvariantCulture, $"has {settings.ProcessGroups.Count} process groups, and a front door runs at most {SettingsRanges.MostProcessGroups}"), "Run the rest with a second front door.");
        foreach (var (name, group) in settings.ProcessGroups)
        {
            CheckName(name, "a process group", root.Section("ProcessGroups"));
            ProcessGroupValidator.Validate(group, root.Section("ProcessGroups").Section(name));
        }

        CapValidator.Validate(settings, root);
        AdminEndpointRules.Check(settings, root);
        LogRules.Check(settings, root);
        return errors;
    }

    private static void CheckName(string name, string what, Checks groups) => groups.Require(
        Name().IsMatch(name), name, null, $"is not a name of {what}",
        Name().IsMatch(name.ToLowerInvariant()) ? $"Write \"{name.ToLowerInvariant()}\"." : "Write 1 to 63 of a-z, 0-9 and '-', not beginning with '-'.");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z")]
    private static partial Regex Name();
}
