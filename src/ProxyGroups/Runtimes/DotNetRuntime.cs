using System.Globalization;
using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>Runs an ASP.NET Core app on its own Kestrel.</summary>
internal sealed class DotNetRuntime : IRuntime
{
    /// <summary>
    /// FORWARDEDHEADERS makes the app see the client's scheme and address; it trusts every peer, and the only peer of its
    /// socket is the front door. The settings may switch it off, for an app that brings its own middleware.
    /// SpinLimit: idle threads that spin for work take the cores from the other workers; two workers on two cores serve twice as much without.
    /// </summary>
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
    };

    private readonly LaunchTemplate _template;
    private readonly string _dotnet;
    private readonly DotNetApp _app;

    private DotNetRuntime(RuntimeRequest request, DotNetApp app, string dotnet, Dictionary<string, string> environment)
    {
        _template = new LaunchTemplate(request, environment) { Directory = app.Directory, StackTool = FindStackTool(request.Directory, environment["PATH"]) };
        (_app, _dotnet) = (app, dotnet);
        Description = $".NET app {app.Project ?? app.Dll}{request.Alone}{request.Detection}";
        Preparation = app.Project is null ? [] : Build(dotnet, app.Project, app.Dll);
        RequiredPaths = [dotnet, app.Directory, app.Project ?? app.Dll];
    }

    public static DotNetRuntime? Create(RuntimeRequest request)
    {
        var errors = request.Errors.Count;
        var environment = WorkerEnvironment.Create(request, Defaults, "ASPNETCORE_URLS", "ASPNETCORE_PREFERHOSTINGURLS");
        var app = DotNetApp.Find(request);
        var dotnet = FindDotNet(request, environment["PATH"]);
        return app is null || dotnet is null || request.Errors.Count > errors
            ? null
            : new DotNetRuntime(request, app, dotnet, environment);
    }

    public string Kind => "dotnet";

    public string Description { get; }

    public bool NeedsPort => false;

    public bool HasThreadPerSlot => false;

    public bool KeepsIdleConnections => false;

    public bool CanShare => false;

    public bool SizesByThreads => false;

    public IReadOnlyList<string> Preparation { get; }

    public IReadOnlyList<string> RequiredPaths { get; }

    public LaunchSpec CreateLaunchSpec(WorkerIdentity worker, WorkerEndpoint endpoint) =>
        _template.Create(worker, endpoint, [_dotnet, _app.Dll], new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Url(endpoint),
            // Endpoints in the app's own settings or code would win over URLS, and nobody would listen on the socket.
            ["ASPNETCORE_PREFERHOSTINGURLS"] = "true",
        });

    private static string Url(WorkerEndpoint endpoint) => endpoint.SocketPath is { } socket
        ? $"http://unix:{socket}"
        : string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{endpoint.Port}");

    /// <summary>Build servers would outlive the build, and would belong to no worker.</summary>
    private static string[] Build(string dotnet, string project, string dll) =>
    [
        dotnet, "build", project, "--configuration", "Release", "--output", Path.GetDirectoryName(dll)!,
        "--nologo", "--verbosity", "quiet", "--disable-build-servers",
    ];

    // Microsoft's own; whoever wants stacks installs it.
    private static string[]? FindStackTool(string directory, string searchPath) =>
        ProgramLookup.Find("dotnet-stack", searchPath, directory) is { } tool ? [tool, "report", "--process-id", Supervision.StackTool.Pid] : null;

    private static string? FindDotNet(RuntimeRequest request, string searchPath)
    {
        var root = request.Host.Environment.GetValueOrDefault("DOTNET_ROOT");
        var found = ProgramLookup.Find("dotnet", searchPath, request.Directory)
            ?? (root is null ? null : ProgramLookup.Executable(Path.Combine(root, "dotnet")))
            ?? ProgramLookup.Executable(request.Host.OwnDotNet);
        if (found is null)
            request.Report("DotNet", request.Settings.DotNet,
                $"no dotnet was found: not on PATH ({searchPath}), not by DOTNET_ROOT ({root ?? "not set"}), not at {request.Host.OwnDotNet}",
                "Install the .NET runtime (the SDK for a project), or add its folder to PATH under \"Environment\".");
        return found;
    }
}
