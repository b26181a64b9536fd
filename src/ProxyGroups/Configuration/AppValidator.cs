using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>The rules of what a process group runs.</summary>
internal static partial class AppValidator
{
    private static readonly string[] Placeholders = ["{socket}", "{port}", "{threads}"];

    public static void Validate(ProcessGroupSettings group, Checks checks)
    {
        checks.Text("Directory", group.Directory);
        checks.Text("Python", group.Python);
        checks.Text("DotNet", group.DotNet);
        CheckCallable("Wsgi", group.Wsgi, checks);
        CheckOneKind(group, checks);
        CheckApps(group.Apps, checks.Section("Apps"));
        CheckCommand(group.Command, checks);
        CheckVariables(group, checks);
    }

    private static void CheckOneKind(ProcessGroupSettings group, Checks checks)
    {
        (string Key, bool IsSet)[] kinds = [("Wsgi", group.Wsgi is not null), ("Apps", group.Apps.Count > 0), ("DotNet", group.DotNet is not null), ("Command", group.Command.Count > 0)];
        var set = kinds.Where(kind => kind.IsSet).Select(kind => kind.Key).ToList();
        checks.Require(set.Count < 2, set.LastOrDefault() ?? "", null,
            $"stands beside {string.Join(" and ", set.SkipLast(1))}, but a process group runs one app", "Keep one of them, and give the other app a process group of its own.");
    }

    private static void CheckApps(IReadOnlyDictionary<string, AppSettings> apps, Checks checks)
    {
        var paths = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, app) in apps.OrderBy(app => app.Key, StringComparer.Ordinal))
        {
            CheckCallable(path, app.App, checks);
            checks.Section(path).Text("Directory", app.Directory);
            var decoded = AppPath.Decode(path);
            checks.Require(decoded is not null, path, null, "is not a path of whole segments",
                "Write one that begins with \"/\" and does not end with it, such as \"/blog\", without \"..\", query and encoded slashes; \"/\" alone takes the rest.");
            checks.Require(decoded is null || paths.TryAdd(decoded, path), path, null, $"is the same path as {paths.GetValueOrDefault(decoded ?? "")}, up to case and encoding",
                "Keep one of them.");
        }
    }

    private static void CheckCallable(string key, string? callable, Checks checks) => checks.Require(
        callable is null || WsgiCallable().IsMatch(callable), key, callable,
        "names no callable", "Write \"module:callable\" or \"file.py:callable\", such as \"shop.wsgi:application\".");

    private static void CheckCommand(IReadOnlyList<string> command, Checks checks)
    {
        checks.Require(command.Count == 0 || command[0].Length > 0, "Command", null, "begins with an empty word", "Write the program first.");
        checks.Require(!command.Any(word => word.Contains('\0')), "Command", null, "holds a zero byte", "Remove it.");
        var used = command.SelectMany(word => Braces().Matches(word)).Select(match => match.Value).ToHashSet();
        checks.Require(!used.IsSupersetOf(["{socket}", "{port}"]), "Command", null,
            "holds {socket} and {port}, but a worker listens at one place", "Keep one of them: {socket} where the program can.");
        foreach (var word in used.Except(Placeholders))
        {
            if (NearestName.Find(word, Placeholders) is { } nearest)
            {
                checks.Fail("Command", null, $"holds the unknown placeholder {word}", $"Did you mean {nearest}?");
            }
        }
    }

    private static void CheckVariables(ProcessGroupSettings group, Checks checks)
    {
        foreach (var (name, value) in group.Environment)
        {
            checks.Section("Environment").Require(VariableName().IsMatch(name) && !value.Contains('\0'), name, null,
                "is not a variable", "Write a name without '=' and a value without zero bytes.");
        }

        for (var i = 0; i < group.PassEnvironment.Count; i++)
        {
            // Only the part before '=' is shown: somebody who writes NAME=value here may have written a secret.
            var name = group.PassEnvironment[i];
            checks.Section("PassEnvironment").Require(VariableName().IsMatch(name), $"{i}", null,
                "is not a name of a variable", $"Write the name alone{(name.IndexOf('=') is > 0 and var at ? $", \"{name[..at]}\"; values belong in \"Environment\"" : "")}.");
        }
    }

    [GeneratedRegex(@"\A[^:\s]+:[A-Za-z_][\w.]*(\(\))?\z")]
    private static partial Regex WsgiCallable();

    [GeneratedRegex(@"\A[^=\0]+\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"\{[A-Za-z_]+\}")]
    private static partial Regex Braces();
}
