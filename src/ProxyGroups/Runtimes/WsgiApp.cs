using System.Text.RegularExpressions;
using ProxyGroups.Configuration;

namespace ProxyGroups.Runtimes;

/// <summary>One WSGI callable that a group's workers serve.</summary>
/// <param name="Setting">Where the settings name it, within the group.</param>
/// <param name="Path">Below which path it is found, decoded; null: it is the only one, and takes all.</param>
/// <param name="Target">Module or file, and callable.</param>
/// <param name="Directory">Absolute; where it lies.</param>
internal sealed partial record WsgiApp(string Setting, string? Path, string Target, string Directory)
{
    /// <summary>All of a group, in the order in which they are imported.</summary>
    public static IReadOnlyList<WsgiApp> Of(RuntimeRequest request) => request.Settings.Wsgi is { } wsgi
        ? [new("Wsgi", null, wsgi, request.Directory)]
        : [.. request.Settings.Apps
            .Select(app => new WsgiApp($"Apps:{app.Key}", AppPath.Decode(app.Key) ?? app.Key, app.Value.App, app.Value.DirectoryFrom(request.Directory)))
            .OrderBy(app => app.Path, StringComparer.Ordinal)];

    /// <summary>The file of the form <c>file.py:callable</c>; null: a module, which may lie anywhere on Python's path.</summary>
    public string? EntryFile => Target.Split(':')[0] is var place && (place.EndsWith(".py", StringComparison.Ordinal) || place.Contains('/'))
        ? System.IO.Path.GetFullPath(place, Directory)
        : null;

    /// <summary>Reports what is wrong with it.</summary>
    public void Check(RuntimeRequest request)
    {
        if (!System.IO.Directory.Exists(Directory))
            request.Report($"{Setting}:Directory", request.Settings.Apps.GetValueOrDefault(Setting["Apps:".Length..])?.Directory, $"there is no directory {Directory}",
                $"Create it, or correct the path; relative paths start at {request.Directory}.");
        else if (!AppName().IsMatch(Target))
            request.Report(Setting, Target, "this names no WSGI callable",
                "Write \"module:callable\" or \"file.py:callable\", as in \"shop.wsgi:application\"; a factory as in \"shop:create_app()\".");
        else if (EntryFile is { } file && !File.Exists(file))
            request.Report(Setting, Target, $"there is no file {file}", "Correct the name, or \"Directory\", where it starts.");
    }

    [GeneratedRegex(@"\A(?:[^:]*\.py|[^:]*/[^:]*|[\w.]+)(?::[A-Za-z_][\w.]*(?:\(\))?)?\z")]
    private static partial Regex AppName();
}
