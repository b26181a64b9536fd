using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// How workers are replaced within the bounds of Restart: which ranks get a worker now, and when an old one may leave. Pure.
/// </summary>
/// <remarks>
/// Invariants: at most as many processes as workers are wanted + MaxSurge, those that drain and stop included, sick ones not; once all
/// wanted were ready, replacing leaves as many less MaxUnavailable ready.
/// </remarks>
internal static class RollPlan
{
    /// <summary>Of the newest generation, and nobody wants a successor.</summary>
    public static bool IsCurrent(GroupState state, WorkerView worker) => worker.Generation == state.Generation && worker.ReplaceReason is null;

    /// <summary>Ranks that lack a worker of the newest generation and may get one now, empty ones first.</summary>
    public static IEnumerable<int> RanksToStart(GroupState state)
    {
        var wanted = Enumerable.Range(0, state.Wanted).ToLookup(rank => (HasCurrent(state, rank), HasOutdated(state, rank)));
        return wanted[(false, false)].Concat(wanted[(false, true)].Take(state.Settings.Restart.MaxSurge - wanted[(true, true)].Count())).Take(Room(state));
    }

    // MaxSurge bounds memory, so a worker counts until it is gone, however quickly restarts follow each other. Who is sick ends by a timer
    // of its own and is missed now; who has no rank any more goes for good.
    private static int Room(GroupState state) =>
        state.Wanted + state.Settings.Restart.MaxSurge - state.Workers.Count(worker => worker.Rank < state.Wanted && !IsSick(worker));

    private static bool IsSick(WorkerView worker) =>
        worker.SilentPeriods > 0 || worker.ReplaceReason is WorkerReason.RequestDeadline or WorkerReason.ResponseSilence;

    /// <summary>The worker's successor has taken over, or the group can do without both for a while.</summary>
    public static bool MayLeave(GroupState state, WorkerView worker) =>
        (worker.IsReplacedInPlace && !state.NeedsPreparation)
        || (CanStart(state) && HasSuccessorWithoutRoom(state, worker.Rank) && MissingRanks(state) < Math.Max(1, state.Settings.Restart.MaxUnavailable))
        || state.Workers.Any(other => other.Rank == worker.Rank && IsCurrent(state, other) && other.State == WorkerState.Ready)
        || (CanStart(state) && !HasCurrent(state, worker.Rank) && MissingRanks(state) < state.Settings.Restart.MaxUnavailable);

    /// <summary>A worker leaves although its successor waits for room: that one takes over what comes free.</summary>
    public static GroupState NameHeir(GroupState state, int rank) => state with
    {
        Workers = [.. state.Workers.Select(worker => worker.Rank == rank && worker is { State: WorkerState.Starting, LacksRoom: true } ? worker with { IsHeir = true } : worker)],
    };

    /// <summary>Every rank that is wanted has a ready worker of the newest generation, or one for which there is no room.</summary>
    public static bool IsWhole(GroupState state) => Enumerable.Range(0, state.Wanted)
        .All(rank => state.Workers.Any(worker => worker.Rank == rank && IsCurrent(state, worker) && worker is { State: WorkerState.Ready } or { State: WorkerState.Starting, LacksRoom: true }));

    /// <summary>Some worker that serves is not of the newest generation.</summary>
    public static bool IsRolling(GroupState state) => state.Workers.Any(worker => IsLive(worker) && worker.Generation < state.Generation);

    // Else a worker would leave for a successor that cannot come. After a failure one leaves, and its successor shows whether they can.
    private static bool CanStart(GroupState state) => !state.NeedsPreparation && (state.Failures == 0 || MissingRanks(state) == 0);

    // Ranks, not workers: a successor and the worker that is about to leave for it count once. One that has no room is missed only if it
    // had: its predecessor left for it. Where that room is lost (a lowered cap) all others would wait for it for ever, so it is missed
    // only while not even what always runs is there.
    private static int MissingRanks(GroupState state)
    {
        var mayLose = state.Workers.Count(static worker => worker.State == WorkerState.Ready) >= state.Settings.Processes;
        return Enumerable.Range(0, state.Wanted).Count(rank => !state.Workers.Any(worker => worker.Rank == rank
            && (worker is { State: WorkerState.Ready } or { State: WorkerState.Starting, LacksRoom: true, IsHeir: false } || (mayLose && HasLostItsRoom(state, worker)))));
    }

    private static bool HasLostItsRoom(GroupState state, WorkerView worker) =>
        worker is { State: WorkerState.Starting, LacksRoom: true, IsHeir: true } && state.Workers.Count(other => other.Rank == worker.Rank) == 1;

    private static bool HasSuccessorWithoutRoom(GroupState state, int rank) =>
        state.Workers.Any(worker => worker.Rank == rank && worker is { State: WorkerState.Starting, LacksRoom: true } && IsCurrent(state, worker));

    // Nobody comes beside a worker that is replaced in place until it is gone.
    private static bool HasCurrent(GroupState state, int rank) =>
        state.Workers.Any(worker => worker.Rank == rank && (worker.IsReplacedInPlace || (IsLive(worker) && IsCurrent(state, worker))));

    private static bool HasOutdated(GroupState state, int rank) => state.Workers.Any(worker => worker.Rank == rank && IsLive(worker) && !IsCurrent(state, worker));

    private static bool IsLive(WorkerView worker) => worker.State is WorkerState.Starting or WorkerState.Ready;
}
