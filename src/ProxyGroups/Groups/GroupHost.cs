using Microsoft.Extensions.Logging;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Groups.Learning;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;
using ProxyGroups.Telemetry;

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
    /// <summary>Null: workers run in the front door's own cgroup.</summary>
    public CgroupTree? Cgroups { get; init; }

    public MemorySampler Memory { get; } = new(Time);

    public CpuBook Cpu { get; } = new(Time);

    public CapArbiter Caps { get; } = new(Time, Loggers.CreateLogger(GroupLog.Category));

    /// <summary>Null: there is nothing that could be learned.</summary>
    public PreloadLearner? Learner { get; init; }

    /// <summary>Log files of all groups.</summary>
    public LogFiles Logs { get; init; } = new(Loggers.CreateLogger(WorkerLog.Category), Time);

    /// <summary>Why the newest worker of a group was not forked although it was to be; null: it was, or was not to be.</summary>
    public PreloadFault? PreloadFaultOf(string group) => OperatingSystem.IsLinux() ? (Launcher as PreloadLauncher)?.FaultOf(group) : null;

    /// <summary>Null: nobody counts.</summary>
    public ProxyGroupsMeter? Meter { get; init; }

    /// <summary>The processes that workers are forked from.</summary>
    public IReadOnlyList<PreloaderView> Preloaders => OperatingSystem.IsLinux() ? (Launcher as PreloadLauncher)?.Look() ?? [] : [];

    /// <summary>For who looks at these groups.</summary>
    public async Task<UsageReport> LookAtUsageAsync(IReadOnlyCollection<ProcessGroup> groups)
    {
        var owners = groups.SelectMany(static group => new[] { PreloadSpec.OwnerOf(group.Name), group.Settings.ApplicationGroup }).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var preloaders = Preloaders.Where(preloader => owners.Contains(preloader.Owner)).ToList();
        var sources = preloaders.Select(static preloader => preloader.Pid).ToHashSet();
        var memory = await Memory.LookAsync([.. groups.SelectMany(static group => group.Pids), .. sources], sources);
        return new UsageReport(Cpu.Look(), pid => memory.GetValueOrDefault(pid)?.Without(OverheadOf(pid))) { Preloaders = preloaders };
    }

    private long OverheadOf(int worker) => OperatingSystem.IsLinux() && Launcher is PreloadLauncher preloads ? preloads.OverheadOf(worker) : 0;

    public string? CgroupOf(WorkerIdentity worker) => Cgroups?.PathOf(worker);

    /// <summary>What happened to all groups of late.</summary>
    public History History { get; init; } = new(Time);

    /// <summary>Builds run one at a time, beside the boots.</summary>
    public SemaphoreSlim Builds { get; } = new(1);
}
