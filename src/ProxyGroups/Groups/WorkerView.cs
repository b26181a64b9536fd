using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>One worker as its group's planner sees it.</summary>
internal sealed record WorkerView
{
    private const int DeafUntilReplaced = 2;

    public required int Id { get; init; }

    public required int Rank { get; init; }

    public required int Generation { get; init; }

    public WorkerState State { get; init; } = WorkerState.Starting;

    public WorkerReason Reason { get; init; } = WorkerReason.Spawned;

    /// <summary>When the state was entered.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>When the state has lasted too long; null: never, or not yet counted.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>0 until the process exists.</summary>
    public int Pid { get; init; }

    /// <summary>When the process came into being; null: not yet.</summary>
    public TimeSpan? SpawnedAt { get; init; }

    /// <summary>Its slots have been offered to the scheduler.</summary>
    public bool IsOffered { get; init; }

    /// <summary>All leases are back.</summary>
    public bool IsDrained { get; init; }

    public bool IsKilled { get; init; }

    /// <summary>How it ended, once it has.</summary>
    public WorkerExit Exit { get; init; }

    /// <summary>Its stacks have been asked for.</summary>
    public bool IsDumped { get; init; }

    /// <summary>Why a successor is wanted; null: none is.</summary>
    public WorkerReason? ReplaceReason { get; init; }

    /// <summary>Period in which it has to give a sign of life; null: it does not have to.</summary>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>When to look for the next one; null: never, or a look is under way.</summary>
    public TimeSpan? WatchdogAt { get; init; }

    /// <summary>Periods in a row without a sign of life.</summary>
    public int SilentPeriods { get; init; }

    /// <summary>Its stacks have been asked for because of that.</summary>
    public bool IsSilenceNoted { get; init; }

    /// <summary>Where within Recycle:Jitter its own limits lie, 0 to 1.</summary>
    public double Spread { get; init; }

    /// <summary>It has been granted as many leases as it may have before it is recycled.</summary>
    public bool IsSpent { get; init; }

    /// <summary>An operator wants it recycled.</summary>
    public bool IsRecycleAsked { get; init; }

    /// <summary>Bytes at the last sample; null: never sampled.</summary>
    public long? Memory { get; init; }

    /// <summary>Samples in a row above Recycle:WorkerMemory.</summary>
    public int SamplesOver { get; init; }

    /// <summary>What the kernel last killed of it because memory ran out; null: nothing.</summary>
    public MemoryKill? MemoryKill { get; init; }

    public TimeSpan? MemoryKilledAt { get; init; }

    /// <summary>Why it is being recycled; null: it is not.</summary>
    public WorkerReason? RecycleReason { get; init; }

    /// <summary>No cap has room for it: it is not started before there is.</summary>
    public bool LacksRoom { get; init; }

    /// <summary>The worker that it replaces leaves first, since there is no room for both.</summary>
    public bool IsHeir { get; init; }

    /// <summary>The machine has no memory for two: its successor starts when it is gone.</summary>
    public bool IsReplacedInPlace { get; init; }

    /// <summary>Why it is to drain now, whoever comes after it; null: it is not.</summary>
    public WorkerReason? LeaveReason { get; init; }

    /// <summary>A broken connection made it suspect: if it still lives at this time, its slots are offered again.</summary>
    public TimeSpan? SuspectUntil { get; init; }

    public int SuspectEpoch { get; init; }

    /// <summary>Suspicions in a row because it did not listen.</summary>
    public int TimesDeaf { get; init; }

    public TimeSpan? DeafAt { get; init; }

    /// <summary>It is to be replaced for that. Once may have been a moment in which the app opened its listener anew.</summary>
    public bool IsDeaf => TimesDeaf >= DeafUntilReplaced;

    /// <summary>Moves to <paramref name="next"/>; an illegal move is a bug of the planner.</summary>
    public WorkerView Enter(WorkerState next, WorkerReason reason, TimeSpan now, TimeSpan? timeout = null)
    {
        if (!WorkerTransitions.IsLegal(State, next))
        {
            throw new InvalidOperationException($"Worker {Id} cannot go from {State} to {next} ({reason}).");
        }

        return this with { State = next, Reason = reason, Since = now, Deadline = DeadlineAfter(now, timeout) };
    }

    public static TimeSpan? DeadlineAfter(TimeSpan now, TimeSpan? timeout) =>
        timeout is { } limit && limit != Timeout.InfiniteTimeSpan ? now + limit : null;
}
