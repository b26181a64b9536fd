using ProxyGroups.Configuration;

namespace ProxyGroups.Runtimes;

/// <summary>Picks the runtime that the settings name, or the one that the app's directory shows.</summary>
internal static class RuntimeFactory
{
    /// <summary>Null where an error was reported.</summary>
    public static IRuntime? Create(
        string group, ProcessGroupSettings settings, RuntimeHost host, ICollection<SettingsError> errors)
    {
        var request = new RuntimeRequest(group, settings, host, errors);
        try
        {
            return HasDirectory(request) && NamesAtMostOneApp(request) && EnvironmentFile.Check(request) ? Create(AppDetector.Complete(request)) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            request.Report("Directory", settings.Directory, $"cannot be read: {error.Message}",
                "Let the front door's user read the app's directory and the files in it.");
            return null;
        }
    }

    private static IRuntime? Create(RuntimeRequest? request) => request switch
    {
        null => null,
        { Settings: { PreloadApp: true, Wsgi: null, Apps.Count: 0 } } => Refuse(request),
        { Settings: { Wsgi: not null } or { Apps.Count: > 0 } } => WsgiRuntime.Create(request),
        { Settings.DotNet: not null } => DotNetRuntime.Create(request),
        _ => CommandRuntime.Create(request),
    };

    private static IRuntime? Refuse(RuntimeRequest request)
    {
        request.Report("PreloadApp", "True", "needs a Wsgi app: others share no memory by being forked", "Remove it, or write false where it stands in Defaults.");
        return null;
    }

    private static bool HasDirectory(RuntimeRequest request)
    {
        if (Directory.Exists(request.Directory))
            return true;
        request.Report("Directory", request.Settings.Directory, $"there is no directory {request.Directory}",
            $"Create it, or correct the path; relative paths start at {request.Host.ContentRoot}.");
        return false;
    }

    private static bool NamesAtMostOneApp(RuntimeRequest request)
    {
        string[] named = [.. AppSettings(request.Settings)];
        if (named.Length < 2)
            return true;
        request.Report(named[1], null, $"{string.Join(" and ", named)} are set; a process group runs one app",
            "Keep one of them, and give the other app a process group of its own.");
        return false;
    }

    private static IEnumerable<string> AppSettings(ProcessGroupSettings settings)
    {
        if (settings.Wsgi is not null)
            yield return "Wsgi";
        if (settings.Apps.Count > 0)
            yield return "Apps";
        if (settings.DotNet is not null)
            yield return "DotNet";
        if (settings.Command.Count > 0)
            yield return "Command";
    }
}
