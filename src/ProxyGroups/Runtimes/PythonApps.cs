using System.Text.RegularExpressions;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>Recognises WSGI apps by the files that their frameworks and hosters agree on.</summary>
internal static partial class PythonApps
{
    private static readonly string[] CallableNames = ["application", "app", "create_app()", "make_app()"];

    /// <summary>Passenger's entry file.</summary>
    public static DetectedApp? Passenger(string directory, ICollection<string> hints) =>
        FromFile(directory, "passenger_wsgi.py", "passenger_wsgi.py:{0}", hints);

    /// <summary>manage.py names the settings module; wsgi.py lies beside or above it.</summary>
    public static DetectedApp? Django(string directory, ICollection<string> hints)
    {
        var manage = Path.Combine(directory, "manage.py");
        if (!File.Exists(manage) || SettingsModule().Match(GuardedFile.ReadAllText(manage)) is not { Success: true } match)
            return null;
        var settings = match.Groups[1].Value;
        if (Packages(settings).FirstOrDefault(package => HasApplication(directory, package)) is { } package)
            return new($"manage.py names {settings}") { Wsgi = $"{package}.wsgi:application" };
        hints.Add($"manage.py names {settings}, but no wsgi.py with application lies beside it");
        return null;
    }

    public static DetectedApp? WsgiFile(string directory, ICollection<string> hints) =>
        FromFile(directory, "wsgi.py", "wsgi:{0}", hints) ?? FromFile(directory, "app.py", "app:{0}", hints);

    private static DetectedApp? FromFile(string directory, string name, string form, ICollection<string> hints)
    {
        var file = Path.Combine(directory, name);
        if (!File.Exists(file))
            return null;
        var source = new PythonSource(GuardedFile.ReadAllText(file));
        if (CallableNames.FirstOrDefault(source.Defines) is not { } callable)
            hints.Add($"{name} defines neither application, app, create_app nor make_app at its top level");
        else if (source.AsyncFramework is { } framework)
            hints.Add($"{name} is an ASGI app ({framework}): set \"Command\", as in [ \"uvicorn\", \"{Path.GetFileNameWithoutExtension(name)}:{callable}\", \"--uds\", \"{{socket}}\" ]");
        else
            return new($"{name} defines {callable}") { Wsgi = form.Replace("{0}", callable, StringComparison.Ordinal) };
        return null;
    }

    /// <summary>The packages around a module, innermost first: config.settings.live gives config.settings, config.</summary>
    private static IEnumerable<string> Packages(string module)
    {
        for (var dot = module.LastIndexOf('.'); dot > 0; dot = module.LastIndexOf('.', dot - 1))
            yield return module[..dot];
    }

    private static bool HasApplication(string directory, string package)
    {
        var file = Path.Combine(directory, package.Replace('.', '/'), "wsgi.py");
        return File.Exists(file) && new PythonSource(GuardedFile.ReadAllText(file)).Defines("application");
    }

    [GeneratedRegex("""DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']""")]
    private static partial Regex SettingsModule();
}
