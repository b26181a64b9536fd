using System.Globalization;
using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>Runs any program that serves HTTP on a socket or a port it is told.</summary>
internal sealed class CommandRuntime : IRuntime
{
    private readonly LaunchTemplate _template;
    private readonly CommandTemplate _command;
    private readonly string _program;

    private CommandRuntime(RuntimeRequest request, CommandTemplate command, string program, Dictionary<string, string> environment)
    {
        _template = new LaunchTemplate(request, environment);
        (_command, _program) = (command, program);
        Description = $"command {string.Join(' ', request.Settings.Command)}{(request.Settings.Serves ? string.Empty : ", in the background")}{request.Alone}{request.Detection}";
        RequiredPaths = [program, request.Directory];
        NeedsPort = request.Settings.Serves && !command.UsesSocket;
    }

    public static CommandRuntime? Create(RuntimeRequest request)
    {
        var errors = request.Errors.Count;
        var command = CommandTemplate.Parse(request);
        string[] reserved = command.UsesSocket || !request.Settings.Serves ? [] : ["PORT"];
        var environment = WorkerEnvironment.Create(request, new Dictionary<string, string>(), reserved);
        var program = FindProgram(request, environment["PATH"]);
        return program is null || request.Errors.Count > errors
            ? null
            : new CommandRuntime(request, command, program, environment);
    }

    public string Kind => "command";

    public string Description { get; }

    public bool NeedsPort { get; }

    public bool HasThreadPerSlot => false;

    public bool KeepsIdleConnections => false;

    public bool CanShare => false;

    public bool SizesByThreads => _command.UsesThreads;

    public IReadOnlyList<string> Preparation => [];

    public IReadOnlyList<string> RequiredPaths { get; }

    public LaunchSpec CreateLaunchSpec(WorkerIdentity worker, WorkerEndpoint endpoint)
    {
        var needs = _command.FillEnvironment(endpoint);
        if (NeedsPort)
            needs["PORT"] = (endpoint.Port ?? 0).ToString(CultureInfo.InvariantCulture);
        return _template.Create(worker, endpoint, [_program, .. _command.FillArguments(endpoint).Skip(1)], needs);
    }

    private static string? FindProgram(RuntimeRequest request, string searchPath)
    {
        var name = request.Settings.Command[0];
        if (ProgramLookup.Find(name, searchPath, request.Directory) is { } found)
            return found;
        if (!ProgramLookup.IsPath(name))
            request.Report("Command:0", name, $"there is no program {name} on PATH ({searchPath})",
                "Install it, give its full path, or add its folder to PATH under \"Environment\".");
        else if (Path.GetFullPath(name, request.Directory) is var path && File.Exists(path))
            request.Report("Command:0", name, $"{path} cannot be executed", $"Run: chmod +x {path}");
        else
            request.Report("Command:0", name, $"there is no program {path}", "Correct the path; relative paths start at the app's directory.");
        return null;
    }
}
