using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>The rules of what is preloaded, and when that is bad advice.</summary>
internal static partial class PreloadValidator
{
    public static void Validate(ApplicationGroupSettings group, Checks checks)
    {
        CheckNames("Preload", group.Preload, checks);
        CheckNames("PreloadExclude", group.PreloadExclude, checks);
        checks.Duration("RefreshAfter", group.RefreshAfter, mayBeOff: false);
        checks.Require(group.Preload.Count > 0 || group.PreloadExclude.Count == 0, "PreloadExclude", null, "leaves out nothing without Preload", "Name modules in Preload, write it in a process group with PreloadApp, or remove it.");
        foreach (var module in group.Preload.Where(module => group.PreloadExclude.Any(excluded => IsWithin(module, excluded))))
        {
            checks.Fail("PreloadExclude", module, "is left out here and imported by Preload", "Remove it from one of them.");
        }
    }

    public static void Validate(ProcessGroupSettings group, Checks checks)
    {
        CheckNames("PreloadExclude", group.PreloadExclude, checks);
        checks.Require(group.PreloadApp || group.PreloadExclude.Count == 0, "PreloadExclude", null, "leaves out nothing without PreloadApp", "Write \"PreloadApp\": true, write it in the application group, or remove it.");
        checks.Require(group.PreloadApp || group.Warmup.Count == 0, "Warmup", null, "warms up nothing without PreloadApp", "Write \"PreloadApp\": true, or remove it.");
        foreach (var (key, hook) in new[] { ("BeforeFork", group.BeforeFork), ("AfterFork", group.AfterFork) })
        {
            checks.Require(hook is null || group.PreloadApp, key, hook, "is called by nobody without PreloadApp", "Write \"PreloadApp\": true, or remove it.");
            checks.Require(hook is null || Function().IsMatch(hook), key, hook, "names no function", "Write \"module:function\" or \"file.py:function\", such as \"shop.hooks:stop_threads\".");
        }

        for (var page = 0; page < group.Warmup.Count; page++)
        {
            checks.Section("Warmup").Require(Page().IsMatch(group.Warmup[page]), $"{page}", group.Warmup[page],
                "is no page of the app", "Write a path that begins with \"/\", such as \"/cart?empty=1\", or an address such as \"https://shop.example.com/cart\"; encode what is not ASCII.");
        }
    }

    /// <summary>Allowed, but it costs more memory than it saves.</summary>
    public static IReadOnlyList<SettingsError> Warn(ProxyGroupsSettings settings) =>
    [
        .. settings.ProcessGroups.Where(static group => group.Value is { PreloadApp: true, MaxProcesses: 1 }).OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new SettingsError($"{SettingsReader.Section}:ProcessGroups:{group.Key}:PreloadApp", null,
                "costs memory, since a single worker has nobody to share with", "Remove it, unless it is for starts in milliseconds; modules that several apps load belong in Preload of an application group.")),
    ];

    private static void CheckNames(string key, IReadOnlyList<string> modules, Checks checks)
    {
        foreach (var module in modules.Where(static module => !ModuleName().IsMatch(module)))
        {
            checks.Fail(key, module, "is no name of a Python module", "Write names as in an import, such as \"django.db\".");
        }
    }

    private static bool IsWithin(string module, string package) => (module + ".").StartsWith(package + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[^:\s]+:[A-Za-z_][\w.]*\z")]
    private static partial Regex Function();

    [GeneratedRegex(@"\A(?:https?://[^/?#\s]+)?/[!-""$-~]*\z")]
    private static partial Regex Page();

    [GeneratedRegex(@"\A[^\W\d]\w*(?:\.[^\W\d]\w*)*\z")]
    private static partial Regex ModuleName();
}
