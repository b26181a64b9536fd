using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>A group with the real reducer, planner and scheduler; its loop takes one event after the other, now and then late.</summary>
internal sealed class SimulatedGroup : IDisposable, ICapMember
{
    private readonly Machine _machine;
    private readonly Queue<GroupEvent> _inbox = new();
    private readonly Dictionary<int, SimulatedWorker> _workers = [];
    private readonly GroupInvariants _invariants;
    private bool _isDemandPosted;
    private long _alarms;

    public SimulatedGroup(Machine machine, int number, Weather weather)
    {
        _machine = machine;
        Weather = weather;
        Settings = SettingsDraw.Next(machine.Random);
        LargestWorker = machine.Random.Next(20, 200) << 20;
        State = new GroupState { Name = $"group{number}", Settings = Settings, NextWorkerId = (number << ProcessGroup.WorkerIdBits) + 1 };
        Scheduler = new SlotScheduler(Limits(Settings), machine.Time)
        {
            WorkerDrained = (worker, _) => Post(new GroupEvent.WorkerDrained(worker)),
            WorkerSpent = (worker, leases) => Post(new GroupEvent.RequestsSpent(worker, leases)),
        };
        Scheduler.Starved = Scheduler.Queued = ReportDemand;
        Clients = new SimulatedClients(this, machine);
        _invariants = new GroupInvariants(this, machine);
    }

    public string Name => State.Name;

    public Weather Weather { get; }

    public ProcessGroupSettings Settings { get; private set; }

    public GroupState State { get; private set; }

    public SlotScheduler Scheduler { get; }

    public SimulatedClients Clients { get; }

    public LastBoot LastBoot { get; } = new();

    public IReadOnlyCollection<SimulatedWorker> Workers => _workers.Values;

    public IReadOnlyCollection<GroupEvent> Inbox => _inbox;

    /// <summary>When its loop wakes up by itself.</summary>
    public TimeSpan? Alarm { get; private set; }

    /// <summary>Bytes of the largest that it may have.</summary>
    public long LargestWorker { get; }

    public SimulatedWorker? FindWorker(int id) => _workers.GetValueOrDefault(id);

    public void Post(GroupEvent happened)
    {
        _inbox.Enqueue(happened);
        _machine.After(_machine.Chance(0.1) ? _machine.Between(0, 0.5) : 0, Handle);
    }

    public void Adapt(ProcessGroupSettings settings) => Change(settings, new GroupEvent.SettingsAdapted(settings));

    public void Replace(ProcessGroupSettings settings) => Change(settings, new GroupEvent.SettingsChanged(settings));

    public void Check() => _invariants.Check();

    public SpareWorker? FindSpare() => SpareWorker.Find(State, Scheduler.Snapshot());

    public bool HasWaiting => Scheduler.Snapshot().QueueLength > 0;

    public void AskToYield(int worker) => Post(new GroupEvent.YieldAsked(worker));

    /// <summary>No worker, nothing on its way.</summary>
    public bool IsGone => State.IsFinished && _workers.Count == 0;

    public void Dispose()
    {
        Scheduler.Dispose();
        foreach (var worker in _workers.Values)
        {
            worker.Dispose();
        }
    }

    public static SchedulerLimits Limits(ProcessGroupSettings settings) => new(settings.Queue.Limit, settings.Queue.MaxWait, settings.Timeouts.Startup);

    private void Change(ProcessGroupSettings settings, GroupEvent change)
    {
        Settings = settings;
        _machine.Caps.Apply();
        Scheduler.Configure(Limits(settings));
        Post(change);
    }

    private void Handle()
    {
        var happened = _inbox.Dequeue();
        if (State.IsFinished)
        {
            return;
        }

        var before = State;
        var plan = GroupPlanner.Plan(GroupReducer.Apply(State, happened, _machine.Now, _machine.Random.NextDouble()), _machine.Now);
        State = plan.State;
        foreach (var action in plan.Actions)
        {
            Do(action);
        }

        _machine.Note(Name, happened, plan.Actions);
        SetAlarm(plan.WakeUp);
        _invariants.CheckStep(before, happened, plan);
    }

    private void SetAlarm(TimeSpan? wakeUp)
    {
        var alarm = ++_alarms;
        Alarm = wakeUp is { } at && at < _machine.Now ? _machine.Now : wakeUp;
        if (Alarm is { } next)
        {
            _machine.At(next, () => Ring(alarm));
        }
    }

    private void Ring(long alarm)
    {
        if (alarm == _alarms)
        {
            Post(new GroupEvent.WakeUp());
        }
    }

    private void ReportDemand()
    {
        if (Settings.IsElastic && !_isDemandPosted)
        {
            _isDemandPosted = true;
            Post(new GroupEvent.DemandRose());
        }
    }

    private void Do(GroupAction action)
    {
        switch (action)
        {
            case GroupAction.Prepare prepare:
                _machine.After(_machine.Chance(0.1) ? _machine.Between(1, 60) : _machine.Between(0, 1), () => Prepared(prepare.Generation));
                break;
            case GroupAction.Spawn spawn:
                Assert.True(_workers.TryAdd(spawn.Worker, new SimulatedWorker(this, _machine, new WorkerIdentity(Name, spawn.Worker, spawn.Rank, spawn.Generation))), "a worker's id came twice");
                _workers[spawn.Worker].Begin();
                break;
            case GroupAction.FailStart fail:
                _workers[fail.Worker].FailStart();
                break;
            case GroupAction.Adapt:
                AdaptWorkers();
                break;
            case GroupAction.Offer offer:
                Offer(_workers[offer.Worker]);
                break;
            case GroupAction.Restore restore:
                Scheduler.Restore(restore.Worker, restore.Epoch);
                break;
            case GroupAction.Drain drain:
                _workers[drain.Worker].Leave(drain.Reason);
                Scheduler.Drain(drain.Worker);
                break;
            case GroupAction.Stop stop:
                _workers[stop.Worker].Stop();
                break;
            case GroupAction.Kill kill:
                _workers[kill.Worker].Kill();
                break;
            case GroupAction.Weigh weigh:
                _machine.After(_machine.Between(0.001, 2), () => Post(new GroupEvent.Weighed(weigh.Worker, HasRoom: !_machine.Chance(Weather.NoRoom))));
                break;
            case GroupAction.CheckWatchdog check:
                Post(new GroupEvent.WatchdogChecked(check.Worker, _workers[check.Worker].Silence));
                break;
            case GroupAction.Measure:
                _isDemandPosted = false;
                Post(new GroupEvent.DemandMeasured(GroupDemand.Of(Scheduler.Snapshot())));
                break;
            case GroupAction.Remove remove:
                Remove(_workers[remove.Worker]);
                break;
            case GroupAction.Gate { IsClosed: true } gate:
                Scheduler.Close(gate.RetryAfter);
                break;
            case GroupAction.Gate:
                Scheduler.Open();
                break;
            case GroupAction.Finish:
                Scheduler.Close(TimeSpan.FromSeconds(1));
                break;
            case GroupAction.DumpStacks dump:
                Assert.True(_workers.ContainsKey(dump.Worker), "stacks of a worker that is gone");
                break;
        }
    }

    private void Prepared(int generation) => Post(new GroupEvent.Prepared(generation, _machine.Chance(Weather.PreparationFails)
        ? new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero)
        : null));

    private void Offer(SimulatedWorker worker)
    {
        worker.Threads = State.Settings.Threads;
        Scheduler.Offer(worker.Identity.Id, worker.Identity.Rank, worker.Identity.Generation, worker.Threads);
        LimitLeases(worker.Identity.Id);
    }

    private void LimitLeases(int worker) => Scheduler.LimitLeases(worker, RecyclePlan.MaxRequests(State.Settings.Recycle, State.Find(worker)!.Spread));

    private void AdaptWorkers()
    {
        foreach (var worker in _workers.Values.Where(worker => State.Find(worker.Identity.Id) is { IsOffered: true } && worker.Identity.Generation == State.Generation))
        {
            worker.Threads = State.Settings.Threads;
            Scheduler.Resize(worker.Identity.Id, worker.Threads);
        }

        foreach (var worker in State.Workers.Where(static worker => worker.IsOffered))
        {
            LimitLeases(worker.Id);
        }
    }

    private void Remove(SimulatedWorker worker)
    {
        Assert.True(worker is { IsGone: true, IsAlive: false }, $"worker {worker.Identity.Id} was forgotten while its process lives");
        Scheduler.Remove(worker.Identity.Id);
        _workers.Remove(worker.Identity.Id);
        worker.Dispose();
    }
}
