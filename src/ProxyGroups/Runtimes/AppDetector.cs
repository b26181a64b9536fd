namespace ProxyGroups.Runtimes;

/// <summary>Finds the app of a group whose settings name none, by what lies in its directory.</summary>
internal static class AppDetector
{
    private const string LookedFor =
        "passenger_wsgi.py, Django's manage.py, wsgi.py or app.py, a published ASP.NET Core app, an ASP.NET Core project, package.json with a start script";

    private const string Remedy =
        "Set \"Wsgi\" (as \"shop.wsgi:application\"), \"DotNet\" (as \"Shop.csproj\") or \"Command\" (as [ \"./server\", \"--listen\", \"{socket}\" ]).";

    private const int ListedNames = 12;

    /// <summary>
    /// In this order: an entry point somebody wrote for a hoster, then Django's, then conventional names; package.json last, since apps
    /// of every language carry one for their scripts and styles.
    /// </summary>
    private static readonly Func<string, ICollection<string>, DetectedApp?>[] Detectors =
    [
        PythonApps.Passenger, PythonApps.Django, PythonApps.WsgiFile, DotNetApps.Published, DotNetApps.Project, NodeApps.StartScript,
    ];

    /// <summary>The request itself where its settings name an app, else one whose settings do. Null where an error was reported.</summary>
    public static RuntimeRequest? Complete(RuntimeRequest request)
    {
        if (request.Settings is not { Wsgi: null, Apps.Count: 0, DotNet: null, Command.Count: 0 })
            return request;
        var found = Look(request.Directory, out var hints);
        if (found.Length > 0)
            return request with { Settings = found[0].ApplyTo(request.Settings), Detection = Describe(found) };
        Refuse(request, hints);
        return null;
    }

    /// <summary>What the directory may be, likeliest first.</summary>
    /// <param name="hints">What looked like an app and is none that can be run without being told more.</param>
    public static DetectedApp[] Look(string directory, out List<string> hints)
    {
        var seen = hints = [];
        return [.. Detectors.Select(detect => detect(directory, seen)).OfType<DetectedApp>()];
    }

    private static string Describe(DetectedApp[] found)
    {
        var others = string.Join(" or ", found.Skip(1).Select(app => app.Setting));
        return $"; detected: {found[0].Reason}" + (others.Length > 0 ? $"; also possible: {others}" : "");
    }

    private static void Refuse(RuntimeRequest request, List<string> hints)
    {
        string[] sentences = [$"no app is recognised in {request.Directory}", .. hints, $"looked for {LookedFor}", Contents(request.Directory)];
        request.Report("Directory", request.Settings.Directory, string.Join("; ", sentences), Remedy);
    }

    private static string Contents(string directory)
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        return names.Length switch
        {
            0 => "the directory is empty",
            <= ListedNames => $"it holds {string.Join(", ", names)}",
            _ => $"it holds {string.Join(", ", names.Take(ListedNames))} and {names.Length - ListedNames} more",
        };
    }
}
