using System.Runtime.Versioning;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Learning;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;
using ProxyGroups.Supervision.Plain;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Hosting;

/// <summary>
/// Starts the groups before the server listens and stops them after it has finished its requests (hosted services stop in reverse order).
/// Life order: runtime directory, leftovers ended, groups; back in reverse.
/// </summary>
internal sealed class ProxyGroupsService(
    SettingsStore settings,
    ProcessGroupRegistry groups,
    IWorkerConnector connector,
    IHostEnvironment environment,
    IOptions<HostOptions> host,
    History history,
    KeptLines lines,
    ILoggerFactory loggers,
    TimeProvider time,
    ProxyGroupsMeter meter,
    IServiceProvider services) : IHostedLifecycleService, IAsyncDisposable
{
    private readonly Lock _applying = new();
    private readonly ShutdownTime _shutdown = new(host.Value);
    private RuntimeDirectory? _directory;
    private GroupHost? _host;
    private string _pythonDirectory = string.Empty;
    private ProxyGroupsSettings _started = new();
    private bool _isStopped;

    /// <summary>Null: there has been no group yet.</summary>
    public RuntimeDirectory? Directory => _directory;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _started = settings.Current.Settings;
        if (_started.Enabled)
        {
            settings.Changed += Apply;
            Apply(settings.Current);
        }

        return Task.CompletedTask;
    }

    /// <exception cref="InvalidOperationException">The app's YARP pipeline does not lead to the groups.</exception>
    public Task StartedAsync(CancellationToken cancellationToken) =>
        DropInChecks.ProbePipelineAsync(services.GetRequiredService<EndpointDataSource>(), groups, services);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        settings.Changed -= Apply;
        _isStopped = true;
        await groups.StopAsync(cancellationToken);
        if (_host?.Launcher is IAsyncDisposable preloaders)
        {
            await preloaders.DisposeAsync();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        groups.BeginStop();
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the groups, too, unless that has been done: a host whose start has failed, for a port in use, is disposed of without being stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            using var patience = new CancellationTokenSource(host.Value.ShutdownTimeout, time);
            await StopAsync(patience.Token);
        }

        _host?.Caps.Dispose();
        _host?.Learner?.Dispose();
        _host?.Memory.Dispose();
        _host?.Cgroups?.Dispose();
        _directory?.Dispose();
    }

    private void Apply(SettingsSnapshot snapshot)
    {
        lock (_applying)
        {
            var errors = new List<SettingsError>();
            if (snapshot.Settings.ProcessGroups.Count > 0 && _pythonDirectory.Length == 0)
            {
                PrepareDirectory();
            }

            var runtimes = RuntimePlan.Create(snapshot.Settings, new RuntimeHost(environment.ContentRootPath, _pythonDirectory), errors);

            // The store has checked the same a moment ago; what has vanished since then shows as a failed reload.
            if (errors.Count > 0)
            {
                throw new SettingsException(errors);
            }

            WarnOfNextStart(snapshot.Settings);
            _shutdown.Allow(snapshot.Settings);
            if (_host is not null || runtimes.Count > 0)
            {
                _host ??= CreateHost(snapshot.Settings);
                ApplyLimits(snapshot.Settings, _host);
                _host.Caps.Apply(snapshot.Settings);
                _host.Learner?.Apply(snapshot.Settings);
                groups.Apply(snapshot.Settings, runtimes, _host);
            }
        }
    }

    private static void ApplyLimits(ProxyGroupsSettings settings, GroupHost host)
    {
        if (host.Cgroups is null && settings.HasLimits)
        {
            throw new SettingsException([new SettingsError("ProxyGroups:Cgroup", settings.Cgroup, "is used from the next start of the front door on, and limits (Group) need it", "Start the front door anew, or remove the limits until then.")]);
        }

        host.Cgroups?.Apply(settings);
    }

    // Not before there is a group: an app without any has no need of a runtime directory.
    private GroupHost CreateHost(ProxyGroupsSettings first)
    {
        var logs = new LogFiles(loggers.CreateLogger(WorkerLog.Category), time) { Kept = lines };
        var boots = new BootArbiter(BootArbiter.PlacesFor(Environment.ProcessorCount), time);
        var launcher = CreateLauncher(first.Launcher, logs);
        var created = new GroupHost(launcher, _directory!, boots, connector, new RuntimeHost(environment.ContentRootPath, _pythonDirectory), loggers, time)
        {
            History = history,
            Meter = meter,
            Logs = logs,
            Learner = OperatingSystem.IsLinux() && launcher is PreloadLauncher preloaders ? CreateLearner(preloaders, boots) : null,
            Cgroups = OperatingSystem.IsLinux() && first.Launcher != LauncherKind.Plain ? OpenCgroups(first) : null,
        };
        if (OperatingSystem.IsLinux() && created.Launcher is PreloadLauncher preloading)
        {
            preloading.Bounds = new PreloaderBounds(created);
        }

        return created;
    }

    /// <exception cref="SettingsException">Something asks for the cgroup, and the kernel refuses it.</exception>
    [SupportedOSPlatform("linux")]
    private CgroupTree? OpenCgroups(ProxyGroupsSettings first)
    {
        var facts = CgroupHome.Find(first.Cgroup);
        try
        {
            return facts.Fault is null ? CgroupTree.Open(facts, _directory!, loggers.CreateLogger(WorkerLog.Category)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (first.Cgroup is not null || first.HasLimits)
            {
                throw new SettingsException([new SettingsError("ProxyGroups:Cgroup", facts.Path, $"cannot be used: {failure.Message.TrimEnd('.')}", "See who else has processes in this cgroup or writes to it, or name another one.")]);
            }

            WorkerLog.CgroupUnusable(loggers.CreateLogger(WorkerLog.Category), facts.Path!, failure.Message);
            return null;
        }
    }

    private void WarnOfNextStart(ProxyGroupsSettings now)
    {
        if ((now.Launcher, now.RuntimeDirectory, now.Overview, now.Enabled, now.Cgroup, now.Admin) != (_started.Launcher, _started.RuntimeDirectory, _started.Overview, _started.Enabled, _started.Cgroup, _started.Admin))
        {
            loggers.CreateLogger(GroupLog.Category).NeedsNewStart();
        }
    }

    /// <exception cref="SettingsException">There is no place for sockets and records.</exception>
    private void PrepareDirectory()
    {
        const string Remedy = "Name a folder in RuntimeDirectory that this user may write, such as \"/run/proxygroups\", and see whether its disk is full.";
        try
        {
            _directory ??= OpenDirectory(_started.RuntimeDirectory);
            _pythonDirectory = _directory.InstallPythonPackage(PythonPackage.Source);
        }
        catch (LaunchException failure)
        {
            throw new SettingsException([new SettingsError("ProxyGroups:RuntimeDirectory", _started.RuntimeDirectory, $"cannot be used: {failure.Message.TrimEnd('.')}", failure.Remedy)]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([new SettingsError("ProxyGroups:RuntimeDirectory", _started.RuntimeDirectory, $"cannot be used: {failure.Message.TrimEnd('.')}", Remedy)]);
        }
    }

    private RuntimeDirectory OpenDirectory(string? configured)
    {
        var root = environment.ContentRootPath;
        var opened = configured is null ? RuntimeDirectory.Open(root) : RuntimeDirectory.Open(Path.GetFullPath(configured, root), root);
        if (OperatingSystem.IsLinux())
        {
            DescriptorGuard.CloseInheritedOnExec();
            LeftoverSweeper.Sweep(opened, loggers.CreateLogger(WorkerLog.Category));
        }

        return opened;
    }

    [SupportedOSPlatform("linux")]
    private PreloadLearner CreateLearner(PreloadLauncher preloaders, BootArbiter boots)
    {
        var logger = loggers.CreateLogger(GroupLog.Category);
        return new(preloaders.TryAsync, boots, new LearnedStore(_directory, logger), time, logger);
    }

    private ILauncher CreateLauncher(LauncherKind kind, LogFiles logs) => OperatingSystem.IsLinux() && kind != LauncherKind.Plain
        ? new PreloadLauncher(new PreloadHost(new LinuxLauncher(), _directory!, logs, loggers.CreateLogger(WorkerLog.Category), time))
        : new PlainLauncher();
}
