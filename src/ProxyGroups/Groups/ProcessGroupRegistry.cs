using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Groups.Learning;
using ProxyGroups.Groups.Refreshing;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Groups;

/// <summary>
/// All process groups by name. Reading is free of locks; <see cref="Apply"/> and <see cref="StopAsync"/> are called one at a time.
/// </summary>
internal sealed class ProcessGroupRegistry
{
    private readonly SettingsStore _settings;
    private readonly ILogger _logger;
    private readonly ProxyGroupsMeter _meter;
    private readonly GroupGauges _gauges;
    private const int MaxNumber = (int.MaxValue >> ProcessGroup.WorkerIdBits) - 1;

    private readonly Dictionary<string, GroupTotals> _totals = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ProcessGroup> _leaving = [];
    private readonly List<ProcessGroup> _starting = [];
    private readonly List<ITimer> _cutOffs = [];
    private volatile FrozenDictionary<string, ProcessGroup> _groups = FrozenDictionary<string, ProcessGroup>.Empty;
    private GroupHost? _host;
    private ITimer? _marks;
    private RefreshWatch? _refresh;

    public ProcessGroupRegistry(SettingsStore settings, ILoggerFactory loggers, ProxyGroupsMeter meter)
    {
        _settings = settings;
        _logger = loggers.CreateLogger(GroupLog.Category);
        (_meter, _gauges) = (meter, new GroupGauges(this));
        meter.Observe(_gauges);
    }

    public IReadOnlyList<ProcessGroup> All => _groups.Values;

    public ProcessGroup? Find(string? name) => name is not null && _groups.TryGetValue(name, out var group) ? group : null;

    /// <summary>The settings know a group of this name, whether it runs yet or not.</summary>
    public bool IsGroup(string? name) => name is not null && _settings.Current.Settings.ProcessGroups.ContainsKey(name);

    /// <summary>What has been learned for application groups.</summary>
    public IReadOnlyList<LearnedView> Learned => _host?.Learner?.Look() ?? [];

    /// <summary>What the workers of these groups use, and what they are forked from.</summary>
    public Task<UsageReport> LookAtUsageAsync(IReadOnlyCollection<ProcessGroup> looked) => _host?.LookAtUsageAsync(looked) ?? Task.FromResult(UsageReport.Nothing);

    /// <summary>What was read of memory was of a moment at which workers may still have grown: the next look reads it anew.</summary>
    public void OutdateUsage() => _host?.Memory.Outdate();

    /// <summary>Starts the groups of a snapshot: new ones start, changed ones roll, the others are left alone, missing ones drain and go.</summary>
    public void Apply(ProxyGroupsSettings wanted, IReadOnlyDictionary<string, IRuntime> runtimes, GroupHost sharedHost)
    {
        _host = sharedHost;
        _marks ??= _host.Time.CreateTimer(_ => Mark(), null, UtilisationMarks.Interval, UtilisationMarks.Interval);
        _refresh ??= new(this, _host);
        _refresh.Apply(wanted);
        _leaving.RemoveAll(static group => group.Finished.IsCompleted);
        var next = new Dictionary<string, ProcessGroup>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, group) in wanted.ProcessGroups)
        {
            var blueprint = new GroupBlueprint(group, runtimes[name]);
            next[name] = _groups.TryGetValue(name, out var existing) ? Change(existing, blueprint) : Start(name, blueprint);
        }

        _starting.Clear();
        var removed = _groups.Values.Where(group => !next.ContainsKey(group.Name)).ToList();
        _groups = next.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var group in removed)
        {
            _logger.GroupRemoved(group.Name);
            _leaving.Add(group);
            group.Stop(WorkerReason.GroupRemoved);
            _ = ForgetAsync(group);
        }
    }

    /// <summary>
    /// Notes where the slot time of all groups stands, and tells the meter how long requests took: whoever listens to nothing else is never seen to collect, and
    /// whoever collects after a long time would wait for all that has come meanwhile.
    /// </summary>
    internal void Mark()
    {
        foreach (var group in _groups.Values)
        {
            group.Marks.Add(group.Scheduler.ReadSlotTime());
        }

        // Not here: what a listener throws would end the process.
        _ = Task.Run(() => _meter.RecordTimes(_gauges));
    }

    /// <summary>
    /// The server begins to stop: it waits for the requests that run, and each group's drain time bounds that wait. A group whose
    /// time is over has its workers stopped, which ends its requests and lets the server go on.
    /// </summary>
    public void BeginStop()
    {
        foreach (var group in _groups.Values)
        {
            group.RefuseIfPaused();
            _cutOffs.Add(_host!.Time.CreateTimer(
                static group => ((ProcessGroup)group!).CutOff(WorkerReason.FrontDoorStopping), group, group.Settings.Timeouts.Drain, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>Drains and stops every worker; when <paramref name="forced"/> fires, kills them.</summary>
    public async Task StopAsync(CancellationToken forced)
    {
        await (_marks?.DisposeAsync() ?? default);
        _refresh?.Dispose();
        var all = _groups.Values.Concat(_leaving).ToList();
        all.ForEach(static group => group.Stop(WorkerReason.FrontDoorStopping));
        await using var registration = forced.Register(() => all.ForEach(static group => group.Kill()));
        await Task.WhenAll(all.Select(static group => group.Finished));
        foreach (var cutOff in _cutOffs)
        {
            await cutOff.DisposeAsync();
        }

        foreach (var group in all)
        {
            await group.DisposeAsync();
        }
    }

    // Its last requests end and its last lines are written while it stops; a new group of its name begins with none of these lines.
    private async Task ForgetAsync(ProcessGroup group)
    {
        await group.Finished;
        if (Find(group.Name) is null)
        {
            _host!.Logs.Kept.Forget(group.Name);
        }

        _meter.RecordTimes(group.TakeTimes());
    }

    // Worker ids begin with the group's number: one that no living group has is as good as a new one, and numbers do not run out.
    private int FreeNumber()
    {
        var taken = _groups.Values.Concat(_leaving).Concat(_starting).Select(static group => group.Number).ToHashSet();
        return Enumerable.Range(1, MaxNumber).First(number => !taken.Contains(number));
    }

    private ProcessGroup Start(string name, GroupBlueprint blueprint)
    {
        _logger.GroupStarted(name, blueprint.Runtime.Description);
        var totals = _totals.GetValueOrDefault(name) ?? new();
        _totals[name] = totals;
        var group = new ProcessGroup(name, blueprint, _host!.Time) { Totals = totals };
        group.Run(_host, FreeNumber());
        _starting.Add(group);
        return group;
    }

    private ProcessGroup Change(ProcessGroup group, GroupBlueprint blueprint)
    {
        if (group.Settings != blueprint.Settings)
        {
            // With its name: the group's own user may not see what is about the whole front door.
            _host!.History.Add(new HistoryEntry(HistoryKind.Reload, "its settings have changed") { Group = group.Name });
            group.Change(blueprint);
        }

        return group;
    }
}
