using System.Globalization;
using System.Text.Json;
using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>Runs a WSGI app, or several in one interpreter, in our own Python worker.</summary>
internal sealed class WsgiRuntime : IRuntime
{
    /// <summary>SIGQUIT: the Python worker prints the stacks of its threads and goes on.</summary>
    private const int StackDump = 3;

    /// <summary>Long enough for honest native code, short enough for people who wait.</summary>
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private readonly LaunchTemplate _template;
    private readonly PythonInterpreter _python;
    private readonly string _package;
    private readonly IReadOnlyList<WsgiApp> _apps;
    private readonly TimeSpan _importWait;
    private readonly PythonPreload _preload;

    private WsgiRuntime(RuntimeRequest request, IReadOnlyList<WsgiApp> apps, PythonInterpreter python, Dictionary<string, string> environment)
    {
        _template = new LaunchTemplate(request, environment) { NotifiesByItself = true, StackDumpSignal = StackDump, DefaultWatchdog = Watchdog };
        (_apps, _importWait, _python, _package) = (apps, request.Settings.ImportWait, python, request.Host.PythonDirectory);
        _preload = PythonPreload.Of(request, python, apps[0].Target);
        Description = $"{Describe(apps)} with {python.Path}{(_preload.Description is { } preloaded ? $", forked after importing {preloaded}" : "")}{request.Detection}";
        RequiredPaths = [.. new[] { python.Path, request.Directory }.Union(apps.Select(app => app.Directory)), .. apps.Select(app => app.EntryFile).OfType<string>()];
    }

    public static WsgiRuntime? Create(RuntimeRequest request)
    {
        var errors = request.Errors.Count;
        var apps = WsgiApp.Of(request);
        var environment = WorkerEnvironment.Create(request, new Dictionary<string, string>());
        var python = PythonInterpreter.Find(request, environment["PATH"]);
        foreach (var app in apps)
            app.Check(request);
        SharedModules.Check(request, apps);
        if (apps.Count > 1 && request.Settings.PreloadApp)
            request.Report("PreloadApp", "True", "is not supported yet for several apps in one interpreter", "Remove it, or give each app a process group of its own; Preload of the application group works.");
        if (python is null || request.Errors.Count > errors)
            return null;
        python.Activate(environment);
        return new WsgiRuntime(request, apps, python, environment);
    }

    public string Kind => "wsgi";

    public string Description { get; }

    public bool NeedsPort => false;

    public bool HasThreadPerSlot => true;

    public bool KeepsIdleConnections => true;

    public bool CanShare => true;

    public bool SizesByThreads => true;

    public IReadOnlyList<string> Preparation => [];

    public IReadOnlyList<string> RequiredPaths { get; }

    public LaunchSpec CreateLaunchSpec(WorkerIdentity worker, WorkerEndpoint endpoint)
    {
        var spec = _template.Create(worker, endpoint, [_python.Path, "-u", _package, "wsgi"], Names());
        return _preload.Complete(spec);
    }

    private Dictionary<string, string> Names() => _apps is [{ Path: null } only]
        ? new(_preload.Variables) { ["PROXYGROUPS_APP"] = only.Target }
        : new(_preload.Variables)
        {
            ["PROXYGROUPS_APPS"] = JsonSerializer.Serialize(_apps.Select(app => new[] { app.Path, app.Target, app.Directory })),
            ["PROXYGROUPS_IMPORT_WAIT"] = Math.Ceiling(_importWait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        };

    private static string Describe(IReadOnlyList<WsgiApp> apps) => apps is [{ Path: null } only]
        ? $"WSGI app {only.Target}"
        : $"WSGI apps {string.Join(", ", apps.Select(app => $"{app.Path} = {app.Target}"))} in one interpreter";
}
