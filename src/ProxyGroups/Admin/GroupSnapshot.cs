using ProxyGroups.Groups;
using ProxyGroups.Supervision;

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

    public required int BusySlots { get; init; }

    public required int Slots { get; init; }

    public required int Queued { get; init; }

    public required TimeSpan OldestWait { get; init; }

    public required int Generation { get; init; }

    public required string State { get; init; }

    public required IReadOnlyList<WorkerSnapshot> Workers { get; init; }

    public static GroupSnapshot Of(ProcessGroup group)
    {
        var state = group.State;
        var scheduler = group.Scheduler.Snapshot();
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
            BusySlots = workers.Sum(static worker => worker.Busy),
            Slots = workers.Where(static worker => worker.State == WorkerState.Ready).Sum(static worker => worker.Slots),
            Queued = scheduler.QueueLength,
            OldestWait = scheduler.OldestWait,
            Generation = state.Generation,
            State = StateOf(state),
            Workers = workers,
        };
    }

    private static string StateOf(GroupState state) => state switch
    {
        { Phase: GroupPhase.Stopping } => "stopping",
        { IsClosed: true } => "failing",
        { IsIdle: true } => "idle",
        { HasReadyWorker: false } => "starting",
        { IsCrashLooping: true } => "its workers keep ending",
        { Settings.Serves: false } => "running",
        { Failures: > 0 } => "serving, new starts fail",
        _ => "serving",
    };
}
