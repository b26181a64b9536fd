using System.Text.Json;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>The one table that says which difference between two states of a group is an entry of its history. Pure.</summary>
internal static class StateChanges
{
    /// <param name="before">The state of the step before; null: there was none.</param>
    public static IEnumerable<HistoryEntry> Between(GroupState? before, GroupPlan plan) =>
    [
        .. plan.Actions.OfType<GroupAction.Remove>().Select(gone => Exited(before?.Find(gone.Worker), gone, plan.State)),
        .. plan.State.Workers.Where(worker => HasMoved(before?.Find(worker.Id), worker)).Select(worker => Moved(worker, plan.State)),
        .. plan.State.Workers.Where(worker => worker.MemoryKill is { } kill && !ReferenceEquals(kill, before?.Find(worker.Id)?.MemoryKill)).Select(worker => MemoryKilled(worker, plan.State)),
        .. Failure(before, plan.State),
        .. Condition(before, plan.State),
    ];

    // A start is told once there is a process: before that a worker is only wanted.
    private static bool HasMoved(WorkerView? before, WorkerView now) =>
        now.State == WorkerState.Starting ? now.Pid != (before?.Pid ?? 0) : now.State != (before?.State ?? WorkerState.Starting);

    private static HistoryEntry Moved(WorkerView worker, GroupState state) =>
        Of(HistoryKind.Worker, worker, state, worker.State, worker.Reason, worker.Reason.ToPhrase());

    private static HistoryEntry MemoryKilled(WorkerView worker, GroupState state) =>
        Of(HistoryKind.MemoryKill, worker, state, worker.State, WorkerReason.OutOfMemory, $"{worker.MemoryKill}");

    private static HistoryEntry Exited(WorkerView? worker, GroupAction.Remove gone, GroupState state) =>
        Of(HistoryKind.Worker, worker, state, WorkerState.Exited, gone.Reason, $"{gone.Reason.ToPhrase()}: {gone.Exit}");

    private static HistoryEntry Of(HistoryKind kind, WorkerView? worker, GroupState state, WorkerState entered, WorkerReason reason, string text) => new(kind, text)
    {
        Group = state.Name,
        Generation = worker?.Generation,
        Rank = worker?.Rank,
        Pid = worker?.Pid,
        State = JsonNamingPolicy.CamelCase.ConvertName(entered.ToString()),
        Reason = reason.ToString(),
    };

    private static IEnumerable<HistoryEntry> Failure(GroupState? before, GroupState now) =>
        now is { Failures: > 0, LastFailure: { } failure } && !ReferenceEquals(before?.LastFailure, failure)
            ? [new(HistoryKind.Failure, failure.ToString()) { Group = now.Name, Generation = now.Generation }]
            : [];

    private static IEnumerable<HistoryEntry> Condition(GroupState? before, GroupState now) =>
        GroupCondition.Of(now) is { } word && (before is null || GroupCondition.Of(before) != word)
            ? [new(HistoryKind.Group, word) { Group = now.Name, Generation = now.Generation, State = word }]
            : [];
}
