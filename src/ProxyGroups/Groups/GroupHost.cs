using Microsoft.Extensions.Logging;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>What all groups of a front door share.</summary>
internal sealed record GroupHost(
    ILauncher Launcher,
    RuntimeDirectory Directory,
    BootArbiter Boots,
    IWorkerConnector Connector,
    RuntimeHost Runtimes,
    ILoggerFactory Loggers,
    TimeProvider Time)
{
    public MemorySampler Memory { get; } = new(Time);

    /// <summary>Log files of all groups.</summary>
    public LogFiles Logs { get; } = new(Loggers.CreateLogger(WorkerLog.Category), Time);

    /// <summary>Builds run one at a time, beside the boots.</summary>
    public SemaphoreSlim Builds { get; } = new(1);
}
