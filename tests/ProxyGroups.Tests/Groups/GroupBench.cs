using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>What a group's deeds need, with a machine that can be told to fail: no process is ever started.</summary>
internal sealed class GroupBench : ILauncher, IWorkerConnector, ILoggerFactory, ILogger, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pgb").FullName;

    public GroupBench() => Host = new(this, RuntimeDirectory.Open(Path.Combine(_root, "run"), _root), new BootArbiter(1, TimeProvider.System), this, new RuntimeHost(_root, _root), this, TimeProvider.System);

    public GroupHost Host { get; }

    public string Root => _root;

    /// <summary>Thrown by every launch.</summary>
    public required Exception Fault { get; init; }

    /// <summary>Called with each log line.</summary>
    public Action<string> Logged { get; set; } = _ => { };

    public ProcessGroup Group(ProcessGroupSettings settings) => new("shop", new GroupBlueprint(settings, new FailingRuntime(Fault)), TimeProvider.System);

    public Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken) => throw Fault;

    public IWorkerConnection Connect(ServingWorker worker, ProcessGroupSettings settings) => throw Fault;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Logged(formatter(state, exception));

    public void Dispose()
    {
        Host.Directory.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private sealed class FailingRuntime(Exception fault) : IRuntime
    {
        public string Kind => "failing";

        public string Description => "fails";

        public bool NeedsPort => false;

        public bool HasThreadPerSlot => false;

        public bool KeepsIdleConnections => false;

        public bool CanShare => false;

        public bool SizesByThreads => false;

        public IReadOnlyList<string> Preparation => [];

        public IReadOnlyList<string> RequiredPaths => [];

        public LaunchSpec CreateLaunchSpec(WorkerIdentity worker, WorkerEndpoint endpoint) => throw fault;
    }
}
