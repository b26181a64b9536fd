using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// A process group as the rest of the front door sees it: its queue, its serving workers, its settings. Thread-safe.
/// Life order: the group outlives its workers, a worker outlives its leases.
/// </summary>
internal sealed class ProcessGroup : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private volatile ServingWorker[] _serving = [];
    private volatile GroupBlueprint _blueprint;
    private GroupSupervisor? _supervisor;
    private int _isDemandPosted;

    public ProcessGroup(string name, GroupBlueprint blueprint, TimeProvider time)
    {
        Name = name;
        _blueprint = blueprint;
        Scheduler = new SlotScheduler(LimitsOf(blueprint.Settings), time);
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

    public IReadOnlyList<ServingWorker> Serving => _serving;

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

    /// <summary>
    /// Takes a worker out of use after its connection broke before an answer. Called before any retry: a dead worker looks
    /// least busy and would swallow one request after the other.
    /// </summary>
    public void Suspect(SlotLease lease)
    {
        Scheduler.Suspect(lease.Worker, lease.Epoch);
        _supervisor!.Post(new GroupEvent.WorkerSuspected(lease.Worker, lease.Epoch));
    }

    public void ReportSilence(int worker) => _supervisor!.Post(new GroupEvent.ResponseFellSilent(worker));

    public void ReportRequestDeadline(int worker) => _supervisor!.Post(new GroupEvent.RequestDeadlinePassed(worker));

    /// <summary>Rolls the group to new settings; those of queue and buffers apply at once.</summary>
    public void Change(GroupBlueprint next)
    {
        _blueprint = next;
        Scheduler.Configure(LimitsOf(next.Settings));
        _supervisor!.Post(new GroupEvent.SettingsChanged(next.Settings));
    }

    /// <summary>Drains and stops all workers; <see cref="Finished"/> tells when it is done.</summary>
    public void Stop(WorkerReason reason) => _supervisor!.Post(new GroupEvent.StopRequested(reason));

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
        Scheduler.WorkerSpent = worker => _supervisor!.Post(new GroupEvent.RequestsSpent(worker));
        Number = number;
        var initial = new GroupState { Name = Name, Settings = Settings, NextWorkerId = (number << WorkerIdBits) + 1 };
        _supervisor = new GroupSupervisor(initial, actions, host.Time, host.Loggers.CreateLogger(GroupLog.Category));
        _supervisor.Post(new GroupEvent.Started());
    }

    /// <summary>After <see cref="Finished"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_supervisor is not null)
        {
            await _supervisor.DisposeAsync();
        }

        Scheduler.Dispose();
    }

    internal GroupBlueprint Blueprint => _blueprint;

    /// <summary>What runs and waits. Whoever begins to wait after this is reported anew.</summary>
    internal GroupDemand MeasureDemand()
    {
        Volatile.Write(ref _isDemandPosted, 0);
        return GroupDemand.Of(Scheduler.Snapshot());
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

    private static SchedulerLimits LimitsOf(ProcessGroupSettings settings) =>
        new(settings.Queue.Limit, settings.Queue.MaxWait, settings.Timeouts.Startup);
}
