using System.Globalization;
using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>What every <see cref="LaunchSpec"/> of a process group has in common, and the variables that tell a worker who it is.</summary>
internal sealed record LaunchTemplate(RuntimeRequest Request, IReadOnlyDictionary<string, string> Environment)
{
    private const int Octal = 8;

    // A program that cannot run at all ends sooner.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Absolute working directory.</summary>
    public string Directory { get; init; } = Request.Directory;

    /// <summary>The program sends READY=1 without being told to.</summary>
    public bool NotifiesByItself { get; init; }

    public int? StackDumpSignal { get; init; }

    /// <summary>Command that shows the worker's stacks; null: none.</summary>
    public IReadOnlyList<string>? StackTool { get; init; }

    /// <summary>Watchdog of a program that beats by itself; null: the settings have to ask for one.</summary>
    public TimeSpan? DefaultWatchdog { get; init; }

    /// <param name="needs">Variables that the program cannot do without; they win over the settings.</param>
    public LaunchSpec Create(
        WorkerIdentity worker, WorkerEndpoint endpoint, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> needs)
    {
        var variables = new Dictionary<string, string>(Environment);
        foreach (var (name, value) in EnvironmentFile.Read(Request).Where(variable => !Request.Settings.Environment.ContainsKey(variable.Key)))
            variables[name] = value;
        foreach (var (name, value) in Introduction(worker).Concat(Address(endpoint)).Concat(needs))
            variables[name] = value;
        return new LaunchSpec
        {
            Worker = worker,
            Command = command,
            Directory = Directory,
            Environment = variables,
            Endpoint = endpoint,
            Readiness = Readiness,
            User = Request.Settings.Worker.User,
            Group = Request.Settings.Worker.Group,
            SupplementaryGroups = Request.Settings.Worker.SupplementaryGroups,
            Umask = Request.Settings.Worker.Umask is { } mask ? Convert.ToInt32(mask, Octal) : null,
            Nice = Request.Settings.Worker.Nice,
            CpuSeconds = Request.Settings.Worker.CpuSeconds,
            OpenFiles = Request.Settings.Worker.OpenFiles,
            AddressSpace = Request.Settings.Worker.AddressSpace,
            CoreSize = Request.Settings.Worker.CoreSize,
            NoNewPrivileges = Request.Settings.Worker.NoNewPrivileges,
            Capabilities = Request.Settings.Worker.Capabilities,
            Log = Request.Settings.Log is { File: { } file } log ? new(Path.GetFullPath(file, Request.Host.ContentRoot), log.MaxSize, log.Keep) : null,
            StackDumpSignal = StackDumpSignal,
            StackTool = StackTool,
            Watchdog = Watchdog == Timeout.InfiniteTimeSpan ? null : Watchdog,
        };
    }

    private Dictionary<string, string> Introduction(WorkerIdentity worker) => new()
    {
        ["PROXYGROUPS_THREADS"] = Text(Request.Settings.Threads),
        ["PROXYGROUPS_GROUP"] = worker.Group,
        ["PROXYGROUPS_RANK"] = Text(worker.Rank),
        ["PROXYGROUPS_GENERATION"] = Text(worker.Generation),
        ["PROXYGROUPS_MULTIPROCESS"] = Math.Max(Request.Settings.Processes, Request.Settings.MaxProcesses) > 1 ? "1" : "0",
    };

    private TimeSpan? Watchdog => Request.Settings.Timeouts.Watchdog ?? DefaultWatchdog;

    private static Dictionary<string, string> Address(WorkerEndpoint endpoint) => endpoint switch
    {
        { SocketPath: { } path } => new() { ["PROXYGROUPS_SOCKET"] = path },
        { Port: { } port } => new() { ["PROXYGROUPS_PORT"] = Text(port) },
        _ => [],
    };

    // Never longer than half of what a start may take.
    private TimeSpan SettleTime => Request.Settings.Timeouts.Startup / 2 is var half && half < Settling ? half : Settling;

    private ReadinessCheck Readiness
    {
        get
        {
            var (notify, path) = (Request.Settings.Readiness.Notify ?? NotifiesByItself, Request.Settings.Readiness.Path);
            if (!Request.Settings.Serves)
                return new ReadinessCheck(notify, null) { Settle = notify ? null : SettleTime };
            return new ReadinessCheck(notify, path ?? (notify ? null : "/"));
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
