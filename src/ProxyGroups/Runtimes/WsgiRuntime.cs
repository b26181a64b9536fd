using System.Text.RegularExpressions;
using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>Runs a WSGI app in our own Python worker.</summary>
internal sealed partial class WsgiRuntime : IRuntime
{
    /// <summary>SIGQUIT: the Python worker prints the stacks of its threads and goes on.</summary>
    private const int StackDump = 3;

    /// <summary>Long enough for honest native code, short enough for people who wait.</summary>
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private readonly LaunchTemplate _template;
    private readonly PythonInterpreter _python;
    private readonly string _package;
    private readonly string _app;

    private WsgiRuntime(RuntimeRequest request, string app, PythonInterpreter python, Dictionary<string, string> environment)
    {
        _template = new LaunchTemplate(request, environment) { NotifiesByItself = true, StackDumpSignal = StackDump, DefaultWatchdog = Watchdog };
        (_app, _python, _package) = (app, python, request.Host.PythonDirectory);
        Description = $"WSGI app {app} with {python.Path}{request.Detection}";
        RequiredPaths = [python.Path, request.Directory, .. EntryFile(request, app)];
    }

    public static WsgiRuntime? Create(RuntimeRequest request)
    {
        var errors = request.Errors.Count;
        var app = request.Settings.Wsgi!;
        var environment = WorkerEnvironment.Create(request, new Dictionary<string, string>());
        var python = PythonInterpreter.Find(request, environment["PATH"]);
        CheckApp(request, app);
        if (python is null || request.Errors.Count > errors)
            return null;
        python.Activate(environment);
        return new WsgiRuntime(request, app, python, environment);
    }

    public string Kind => "wsgi";

    public string Description { get; }

    public bool NeedsPort => false;

    public bool HasThreadPerSlot => true;

    public bool KeepsIdleConnections => true;

    public bool SizesByThreads => true;

    public IReadOnlyList<string> Preparation => [];

    public IReadOnlyList<string> RequiredPaths { get; }

    public LaunchSpec CreateLaunchSpec(WorkerIdentity worker, WorkerEndpoint endpoint) =>
        _template.Create(worker, endpoint, [_python.Path, "-u", _package, "wsgi"],
            new Dictionary<string, string> { ["PROXYGROUPS_APP"] = _app });

    private static void CheckApp(RuntimeRequest request, string app)
    {
        if (!AppName().IsMatch(app))
            request.Report("Wsgi", app, "this names no WSGI callable",
                "Write \"module:callable\" or \"file.py:callable\", as in \"shop.wsgi:application\"; a factory as in \"shop:create_app()\".");
        else if (EntryFile(request, app).FirstOrDefault(file => !File.Exists(file)) is { } missing)
            request.Report("Wsgi", app, $"there is no file {missing}",
                "Correct the name, or \"Directory\", where it starts.");
    }

    /// <summary>The file of the form <c>file.py:callable</c>; a module may lie anywhere on Python's path.</summary>
    private static IEnumerable<string> EntryFile(RuntimeRequest request, string app)
    {
        var place = app.Split(':')[0];
        if (place.EndsWith(".py", StringComparison.Ordinal) || place.Contains('/'))
            yield return Path.GetFullPath(place, request.Directory);
    }

    [GeneratedRegex(@"\A(?:[^:]*\.py|[^:]*/[^:]*|[\w.]+)(?::[A-Za-z_][\w.]*(?:\(\))?)?\z")]
    private static partial Regex AppName();
}
