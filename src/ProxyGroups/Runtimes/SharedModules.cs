using ProxyGroups.Configuration;

namespace ProxyGroups.Runtimes;

/// <summary>
/// Modules of one name in the directories of several apps: one interpreter has one of them, that of the first directory. Where an
/// app itself is named by such a module it would be another app, which is an error; all else may be meant, and is a warning.
/// </summary>
internal static class SharedModules
{
    /// <summary>Names that many directories have and no app imports.</summary>
    private static readonly HashSet<string> Tools = new(StringComparer.Ordinal) { "manage", "setup", "conftest", "tests", "test" };

    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true };

    /// <summary>Reports apps that another one would be served for.</summary>
    public static void Check(RuntimeRequest request, IReadOnlyList<WsgiApp> apps)
    {
        foreach (var app in apps.Where(app => app.EntryFile is null))
        {
            var name = app.Target.Split(':', '.')[0];
            var first = apps.Select(other => other.Directory).FirstOrDefault(directory => Has(directory, name));
            if (first is not null && first != app.Directory && Has(app.Directory, name))
                request.Report(app.Setting, app.Target, $"the module {name} lies in {first} too, which comes first, and one interpreter has one module of a name",
                    "Rename it, write \"file.py:callable\", or give this app a process group of its own.");
        }
    }

    public static IReadOnlyList<SettingsError> Warn(ProxyGroupsSettings settings, RuntimeHost host) =>
    [
        .. settings.ProcessGroups.Where(group => group.Value.Apps.Count > 1).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Warn(group.Key, WsgiApp.Of(new RuntimeRequest(group.Key, group.Value, host, [])))).OfType<SettingsError>(),
    ];

    private static SettingsError? Warn(string group, IReadOnlyList<WsgiApp> apps)
    {
        var shared = Shared([.. apps.Select(app => app.Directory).Distinct()], [.. apps.Select(app => app.EntryFile).OfType<string>()]);
        return shared.Length == 0 ? null : new SettingsError($"ProxyGroups:ProcessGroups:{group}:Apps", null,
            $"share one interpreter, which has one module of a name, and several of their directories hold {string.Join(", ", shared)}: all get that of the first path",
            "Rename them, or give an app a process group of its own; where only one app imports them, all is well.");
    }

    // Entry files are imported by their path.
    private static string[] Shared(string[] directories, string[] entryFiles) =>
    [
        .. directories.SelectMany(Modules).GroupBy(module => Path.GetFileNameWithoutExtension(module), StringComparer.Ordinal)
            .Where(same => same.Count() > 1 && !same.All(entryFiles.Contains) && !Tools.Contains(same.Key))
            .Select(same => same.Key).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Modules(string directory) => !Directory.Exists(directory) ? [] :
        Directory.EnumerateFiles(directory, "*.py", Readable).Concat(Directory.EnumerateDirectories(directory, "*", Readable).Where(IsPackage));

    private static bool Has(string directory, string name) => File.Exists(Path.Combine(directory, name + ".py")) || IsPackage(Path.Combine(directory, name));

    private static bool IsPackage(string folder) => File.Exists(Path.Combine(folder, "__init__.py"));
}
