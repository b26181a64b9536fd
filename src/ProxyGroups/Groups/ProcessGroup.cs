using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Runtimes;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Groups;

/// <summary>
/// A process group as the rest of the front door sees it: its queue, its serving workers, its settings. Thread-safe.
/// Life order: the group outlives its workers, a worker outlives its leases.
/// </summary>
internal sealed class ProcessGroup : IAsyncDisposable, ICapMember
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource _preparation = new();
    private volatile ServingWorker[] _serving = [];
    private volatile GroupBlueprint _blueprint;
    private GroupSupervisor? _supervisor;
    private int _isDemandPosted;
    private ILogger? _logger;
    private GroupWatch? _watch;
    private CapArbiter? _caps;
    private CgroupTree? _cgroups;
    private GroupHost? _host;
    private volatile bool _isInMaintenance;
    private int _generationsAsked = 1;

    public ProcessGroup(string name, GroupBlueprint blueprint, TimeProvider time)
    {
        Name = name;
        _blueprint = blueprint;
        Scheduler = new SlotScheduler(LimitsOf(blueprint.Settings), time);
        Times = new UncollectedTimes(Scheduler);
    }

    /// <summary>Worker ids of group n begin at n * 2^20, so that no two workers of a front door share one.</summary>
    public const int WorkerIdBits = 20;

    public string Name { get; }

    public int Number { get; private set; }

    public ProcessGroupSettings Settings => _blueprint.Settings;

    /// <summary>The app's runtime of the newest generation.</summary>
    public IRuntime Runtime => _blueprint.Runtime;

    public SlotScheduler Scheduler { get; }

    public GroupState State => _supervisor!.State;

    /// <summary>The clock of <see cref="State"/>.</summary>
    public TimeSpan Now => _supervisor!.Now;

    /// <summary>Where its slot time stood of late.</summary>
    public UtilisationMarks Marks { get; } = new();

    public RecentFailures Failures { get; } = new();

    public GroupTotals Totals { get; init; } = new();

    public UncollectedTimes Times { get; }

    public LastBoot LastBoot { get; } = new();

    public IReadOnlyList<ServingWorker> Serving => _serving;

    /// <summary>Of the workers that have a process.</summary>
    public IReadOnlyList<int> Pids => [.. State.Workers.Select(static worker => worker.Pid).Where(static pid => pid != 0)];

    /// <summary>Number of the newest generation that was asked for; <see cref="State"/> follows.</summary>
    public int GenerationsAsked => Volatile.Read(ref _generationsAsked);

    /// <summary>The file of Maintenance:Page is there.</summary>
    public bool HasMaintenanceFile => _watch?.Notice is not null;

    /// <summary>What is answered instead of asking a worker; null: the app serves.</summary>
    public MaintenanceNotice? Maintenance => _watch?.Notice ?? (_isInMaintenance ? MaintenanceNotice.Ours : null);

    /// <summary>Where its next workers run; null: the front door has no cgroup of its own.</summary>
    public Cgroup? Cgroup => _cgroups?.Find(Name);

    /// <summary>Why it does not get all the workers that it wants; null: it does.</summary>
    public string? Shortage => _caps!.ShortageOf(Name);

    /// <summary>Why its workers start plainly although they were to be forked from a preloader; null: they were forked, or were not to be.</summary>
    public PreloadFault? PreloadFault => _host!.PreloadFaultOf(Name);

    /// <summary>Completes when the group has stopped and its last worker is gone.</summary>
    public Task Finished => _supervisor!.Finished;

    /// <summary>The worker that granted a lease; null when it has died since.</summary>
    public ServingWorker? FindServing(int worker)
    {
        foreach (var candidate in _serving)
        {
            if (candidate.Identity.Id == worker)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>The times that nobody has collected yet.</summary>
    public (string Group, IEnumerable<(TimeSpan Mean, long Count)> Waits, IEnumerable<(TimeSpan Mean, long Count)> Services) TakeTimes()
    {
        var (waits, services) = Times.Take();
        return (Name, waits, services);
    }

    /// <summary>
    /// Takes a worker out of use after its connection broke before an answer. Called before any retry: a dead worker looks
    /// least busy and would swallow one request after the other.
    /// </summary>
    /// <param name="hasNoListener">There was no connection, since the worker does not listen.</param>
    public void Suspect(SlotLease lease, bool hasNoListener = false)
    {
        Scheduler.Suspect(lease.Worker, lease.Epoch);
        _supervisor!.Post(new GroupEvent.WorkerSuspected(lease.Worker, lease.Epoch, hasNoListener));
    }

    public void ReportSilence(int worker) => _supervisor!.Post(new GroupEvent.ResponseFellSilent(worker));

    public void ReportRequestDeadline(int worker) => _supervisor!.Post(new GroupEvent.RequestDeadlinePassed(worker));

    /// <summary>Goes over to new settings: worker by worker where a worker was started from the old ones, else at once.</summary>
    public void Change(GroupBlueprint next)
    {
        bool isSame;
        lock (_gate)
        {
            isSame = next.StartsTheSameAs(_blueprint);
            _blueprint = next;
        }

        Scheduler.Configure(LimitsOf(next.Settings));
        if (isSame)
        {
            _supervisor!.Post(new GroupEvent.SettingsAdapted(next.Settings));
        }
        else
        {
            BeginGeneration(WorkerReason.SettingsChanged, new GroupEvent.SettingsChanged(next.Settings));
        }

        _watch!.Follow();
    }

    /// <summary>Replaces all workers, one by one, by ones of the same settings and the code of today. False: the group is stopped.</summary>
    public bool TryRestart(WorkerReason reason)
    {
        var runs = State.Phase == GroupPhase.Running;
        if (runs)
        {
            BeginGeneration(reason, new GroupEvent.RestartRequested(reason));
        }

        return runs;
    }

    /// <summary>Requests wait, their clocks stand still, and those that run go on.</summary>
    public void Pause()
    {
        _logger!.CommandTaken(Name, "paused");
        Scheduler.Pause();
    }

    public void Resume()
    {
        _logger!.CommandTaken(Name, "resumed");
        Scheduler.Resume();
    }

    /// <summary>For a front door that stops: nobody will resume the group, so those who wait need not wait for its end.</summary>
    public void RefuseIfPaused()
    {
        if (Scheduler.Snapshot().IsPaused)
        {
            Scheduler.Close(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Drains and stops all workers, and refuses requests, until <see cref="Start"/>.</summary>
    public void Hold()
    {
        _logger!.CommandTaken(Name, "stopped");
        _supervisor!.Post(new GroupEvent.HoldRequested());
    }

    /// <summary>After <see cref="Hold"/>: a new generation, since the code may have changed meanwhile.</summary>
    public void Start()
    {
        _logger!.CommandTaken(Name, "started");
        Interlocked.Increment(ref _generationsAsked);
        _supervisor!.Post(new GroupEvent.StartRequested());
    }

    /// <summary>Drains one worker now; another one takes its place.</summary>
    public void DrainWorker(int worker) => _supervisor!.Post(new GroupEvent.DrainRequested(worker));

    /// <summary>Replaces one worker, its successor first.</summary>
    public void RecycleWorker(int worker) => _supervisor!.Post(new GroupEvent.RecycleRequested(worker));

    public SpareWorker? FindSpare() => SpareWorker.Find(State, Scheduler.Snapshot());

    public bool HasWaiting => Scheduler.Snapshot().QueueLength > 0;

    public void AskToYield(int worker) => _supervisor!.Post(new GroupEvent.YieldAsked(worker));

    public void SetMaintenance(bool isOn)
    {
        _logger!.CommandTaken(Name, isOn ? "in maintenance" : "out of maintenance");
        _isInMaintenance = isOn;
    }

    /// <summary>Drains and stops all workers; <see cref="Finished"/> tells when it is done.</summary>
    public void Stop(WorkerReason reason)
    {
        _watch!.Dispose();
        _stopping.Cancel();
        _supervisor!.Post(new GroupEvent.StopRequested(reason));
    }

    /// <summary>Stops all workers although requests run.</summary>
    public void CutOff(WorkerReason reason)
    {
        Stop(reason);
        _supervisor!.Post(new GroupEvent.DrainTimePassed());
    }

    /// <summary>Kills what still runs, for a front door that is forced to end.</summary>
    public void Kill() => _supervisor!.Post(new GroupEvent.KillRequested());

    /// <summary>Starts the loop.</summary>
    internal void Run(GroupHost host, int number)
    {
        var actions = new GroupActions(this, host);
        Scheduler.WorkerDrained = (worker, _) => _supervisor!.Post(new GroupEvent.WorkerDrained(worker));
        Scheduler.Starved = Scheduler.Queued = ReportDemand;
        Scheduler.WorkerSpent = (worker, leases) => _supervisor!.Post(new GroupEvent.RequestsSpent(worker, leases));
        Number = number;
        _cgroups = host.Cgroups;
        _caps = host.Caps;
        _host = host;
        _logger = host.Loggers.CreateLogger(GroupLog.Category);
        var initial = new GroupState { Name = Name, Settings = Settings, Wanted = Settings.Processes, NextWorkerId = (number << WorkerIdBits) + 1 };
        _supervisor = new GroupSupervisor(initial, actions, host.Time, _logger);
        _supervisor.Post(new GroupEvent.Started());
        _watch = new GroupWatch(this, host);
        _watch.Follow();
    }

    /// <summary>After <see cref="Finished"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        if (_supervisor is not null)
        {
            await _supervisor.DisposeAsync();
        }

        await _stopping.CancelAsync();
        await Preparing;
        _preparation.Dispose();
        // Not disposed of: a host may be stopped twice.
        Scheduler.Dispose();
    }

    internal GroupBlueprint Blueprint => _blueprint;

    /// <summary>The group stops for good: what prepares a generation ends, too.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Called only from the group's loop, and when the last one has ended.</summary>
    /// <returns>Asks the preparation to end.</returns>
    internal CancellationToken BeginPreparation()
    {
        _preparation.Dispose();
        _preparation = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        return _preparation.Token;
    }

    /// <summary>Called only from the group's loop.</summary>
    internal void EndPreparation() => _ = _preparation.CancelAsync();

    /// <summary>The newest preparation; it never fails.</summary>
    internal Task Preparing { get; set; } = Task.CompletedTask;

    /// <summary>What runs and waits. Whoever begins to wait after this is reported anew.</summary>
    internal GroupDemand MeasureDemand()
    {
        Volatile.Write(ref _isDemandPosted, 0);
        return GroupDemand.Of(Scheduler.Snapshot());
    }

    /// <summary>The runtime was worked out anew for these settings: the app's files may have changed since.</summary>
    internal void Adopt(GroupBlueprint renewed)
    {
        lock (_gate)
        {
            _blueprint = _blueprint.Settings == renewed.Settings ? renewed : _blueprint;
        }
    }

    /// <summary>Running workers follow settings that need no restart. One of an older generation keeps the threads it started with.</summary>
    internal void AdaptWorkers(GroupState state)
    {
        foreach (var worker in _serving)
        {
            if (worker.Connection is not { } connection)
            {
                continue;
            }

            worker.Threads = worker.Identity.Generation == state.Generation ? state.Settings.Threads : worker.Threads;
            connection.Adapt(state.Settings, worker.Threads);
            Scheduler.Resize(worker.Identity.Id, worker.Threads);
        }
    }

    internal void Offer(ServingWorker worker)
    {
        lock (_gate)
        {
            _serving = [.. _serving, worker];
        }

        Scheduler.Offer(worker.Identity.Id, worker.Identity.Rank, worker.Identity.Generation, worker.Threads);
    }

    internal void Remove(int worker)
    {
        Scheduler.Remove(worker);
        lock (_gate)
        {
            _serving = [.. _serving.Where(candidate => candidate.Identity.Id != worker)];
        }
    }

    // On the request's own thread, so an event for each waiter would be too many.
    private void ReportDemand()
    {
        if (Settings.IsElastic && Volatile.Read(ref _isDemandPosted) == 0 && Interlocked.Exchange(ref _isDemandPosted, 1) == 0)
        {
            _supervisor!.Post(new GroupEvent.DemandRose());
        }
    }

    private void BeginGeneration(WorkerReason reason, GroupEvent change)
    {
        var generation = Interlocked.Increment(ref _generationsAsked);
        _logger!.GroupRestarts(Name, reason.ToPhrase(), generation);
        _supervisor!.Post(change);
    }

    private static SchedulerLimits LimitsOf(ProcessGroupSettings settings) =>
        new(settings.Queue.Limit, settings.Queue.MaxWait, settings.Timeouts.Startup);
}
