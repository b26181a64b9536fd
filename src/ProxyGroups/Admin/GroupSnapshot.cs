using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin;

/// <summary>One process group at one moment, for people and programs to read.</summary>
internal sealed record GroupSnapshot
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    public required int Processes { get; init; }

    public required int MaxProcesses { get; init; }

    public required int Threads { get; init; }

    /// <summary>False: background workers.</summary>
    public required bool Serves { get; init; }

    /// <summary>The application group that it belongs to; null: none.</summary>
    public string? ApplicationGroup { get; init; }

    public bool IsPaused { get; init; }

    public bool IsInMaintenance { get; init; }

    /// <summary>Most requests that may wait.</summary>
    public int QueueLimit { get; init; }

    public required int BusySlots { get; init; }

    public required int Slots { get; init; }

    public required int Queued { get; init; }

    public required TimeSpan OldestWait { get; init; }

    public required int Generation { get; init; }

    public required string State { get; init; }

    /// <summary>Why the newest generation does not start; null: it does, or has not been tried.</summary>
    public FailureSnapshot? Failure { get; init; }

    /// <summary>Why the group does not get all the workers that it wants; null: it does.</summary>
    public string? Shortage { get; init; }

    /// <summary>Modules that its workers share the memory of; empty: none.</summary>
    public required IReadOnlyList<string> Preload { get; init; }

    /// <summary>Why its workers start plainly although they were to be forked; null: they were forked, or were not to be.</summary>
    public PreloadFault? PreloadFault { get; init; }

    /// <summary>What the group uses and waits for; null where it has no cgroup.</summary>
    public CgroupUsage? Cgroup { get; init; }

    /// <summary>Null where anybody may read it.</summary>
    public GroupDetail? Detail { get; init; }

    public required IReadOnlyList<WorkerSnapshot> Workers { get; init; }

    /// <summary>Without what clients ask for: anybody may read it.</summary>
    public static GroupSnapshot Of(ProcessGroup group) => Of(group, group.State, group.Scheduler.Snapshot());

    /// <summary>With all details.</summary>
    public static GroupSnapshot Of(ProcessGroup group, UsageReport usage)
    {
        var (state, report) = (group.State, group.Scheduler.Report());
        var held = report.Held.ToLookup(static slot => slot.Worker);
        var snapshot = Of(group, state, report.Snapshot);
        return snapshot with
        {
            Detail = GroupDetail.Of(group, report, usage),
            Workers = [.. snapshot.Workers.Zip(state.Workers, (shown, worker) => shown with
            {
                Memory = usage.Memory(worker.Pid)?.Unique ?? shown.Memory,
                Detail = WorkerDetail.Of(worker, group, state, held[worker.Id], usage),
            })],
        };
    }

    private static GroupSnapshot Of(ProcessGroup group, GroupState state, SchedulerSnapshot scheduler)
    {
        var slots = scheduler.Workers.ToDictionary(static worker => worker.Id, static worker => worker);
        var workers = state.Workers.Select(worker => WorkerSnapshot.Of(worker, slots.GetValueOrDefault(worker.Id))).ToList();
        return new GroupSnapshot
        {
            Name = group.Name,
            Kind = group.Runtime.Kind,
            Processes = state.Settings.Processes,
            MaxProcesses = state.Settings.MaxProcesses,
            Threads = state.Settings.Serves ? state.Settings.Threads : 0,
            Serves = state.Settings.Serves,
            ApplicationGroup = state.Settings.ApplicationGroup,
            IsPaused = scheduler.IsPaused,
            IsInMaintenance = group.Maintenance is not null,
            QueueLimit = state.Settings.Serves ? state.Settings.Queue.Limit : 0,
            BusySlots = workers.Sum(static worker => worker.Busy),
            Slots = workers.Where(static worker => worker.State == WorkerState.Ready).Sum(static worker => worker.Slots),
            Queued = scheduler.QueueLength,
            OldestWait = scheduler.OldestWait,
            Generation = state.Generation,
            State = StateOf(group, state, scheduler),
            Failure = state is { Failures: > 0, LastFailure: { } failure } ? FailureSnapshot.Of(failure, state) : null,
            Shortage = group.Shortage,
            Preload = group.Settings.Preload,
            PreloadFault = group.PreloadFault,
            Cgroup = group.Cgroup?.Usage(),
            Workers = workers,
        };
    }

    private static string StateOf(ProcessGroup group, GroupState state, SchedulerSnapshot scheduler)
    {
        var word = GroupCondition.Of(state);
        return (group.Maintenance is null ? word : word + ", in maintenance") + (scheduler.IsPaused ? ", paused" : string.Empty);
    }
}
