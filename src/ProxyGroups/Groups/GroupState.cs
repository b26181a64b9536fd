using System.Collections.Immutable;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// All that a group's loop knows: a value, changed only by <see cref="GroupReducer"/> (facts) and <see cref="GroupPlanner"/> (decisions).
/// Times are monotonic, counted from the start of the front door.
/// </summary>
internal sealed record GroupState
{
    public required string Name { get; init; }

    public required ProcessGroupSettings Settings { get; init; }

    public GroupPhase Phase { get; init; }

    /// <summary>Why the group is stopping.</summary>
    public WorkerReason StopReason { get; init; }

    /// <summary>Number of the settings and code that new workers start from.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>Why workers of older generations are replaced.</summary>
    public WorkerReason RollReason { get; init; } = WorkerReason.SettingsChanged;

    /// <summary>Settings that need no restart have changed, and the running workers have not followed yet.</summary>
    public bool NeedsAdaptation { get; init; }

    /// <summary>The newest generation whose preparation has ended well.</summary>
    public int PreparedGeneration { get; init; }

    /// <summary>The generation whose preparation runs; 0: none.</summary>
    public int PreparingGeneration { get; init; }

    /// <summary>Restart:Before as that preparation runs it; null: none runs, or it is to end.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? PreparingSteps { get; init; }

    /// <summary>Workers that there should be: the ranks below it. Between Processes and MaxProcesses.</summary>
    public int Wanted { get; init; }

    /// <summary>What the scheduler said, until the planner has followed it.</summary>
    public GroupDemand? Demand { get; init; }

    public TimeSpan? MeasuredAt { get; init; }

    /// <summary>When the scheduler is to be asked next; null: when a request waits.</summary>
    public TimeSpan? MeasureAt { get; init; }

    /// <summary>When a request last waited.</summary>
    public TimeSpan AskedAt { get; init; }

    public ImmutableArray<WorkerView> Workers { get; init; } = [];

    /// <summary>By rank: how its last worker ended.</summary>
    public ImmutableDictionary<int, LastExit> Exits { get; init; } = ImmutableDictionary<int, LastExit>.Empty;

    /// <summary>Id of the next worker; no two workers of a front door have the same.</summary>
    public int NextWorkerId { get; init; } = 1;

    /// <summary>Starts that failed one after the other.</summary>
    public int Failures { get; init; }

    /// <summary>No start before this.</summary>
    public TimeSpan RetryAt { get; init; }

    /// <summary>When the last start failed.</summary>
    public TimeSpan FailedAt { get; init; }

    /// <summary>Workers that died of late although they were ready.</summary>
    public ImmutableArray<Crash> Crashes { get; init; } = [];

    /// <summary>They die so often that each death counts as a failed start.</summary>
    public bool IsCrashLooping { get; init; }

    public SpawnFailure? LastFailure { get; init; }

    /// <summary>Requests are refused at once because nothing can serve them.</summary>
    public bool IsClosed { get; init; }

    /// <summary>When the refused are told that the next try begins.</summary>
    public TimeSpan ClosedUntil { get; init; }

    /// <summary>Whatever still runs is killed.</summary>
    public bool IsForced { get; init; }

    public bool IsFinished { get; init; }

    public bool HasReadyWorker => Workers.Any(static worker => worker.State == WorkerState.Ready);

    /// <summary>Workers are to start, and the caps have room for none of them.</summary>
    public bool LacksRoom => Workers.Any(static worker => worker is { State: WorkerState.Starting, LacksRoom: true })
        && !Workers.Any(static worker => worker is { State: WorkerState.Starting, LacksRoom: false });

    /// <summary>Nobody asks for it, and nothing of it runs on.</summary>
    public bool IsIdle => Phase == GroupPhase.Running && Wanted == 0 && !HasReadyWorker;

    public bool NeedsPreparation => PreparedGeneration < Generation;

    /// <summary>What failed before says nothing any more.</summary>
    public GroupState WithoutFailures(TimeSpan now) => this with { Failures = 0, RetryAt = now, Crashes = [], IsCrashLooping = false };

    public GroupState With(WorkerView worker) =>
        this with { Workers = Workers.SetItem(IndexOf(worker.Id), worker) };

    public GroupState Without(WorkerView worker) => this with { Workers = Workers.RemoveAt(IndexOf(worker.Id)) };

    public WorkerView? Find(int id) => Workers.FirstOrDefault(worker => worker.Id == id);

    private int IndexOf(int id)
    {
        for (var index = 0; index < Workers.Length; index++)
        {
            if (Workers[index].Id == id)
            {
                return index;
            }
        }

        throw new InvalidOperationException($"Worker {id} is not of group {Name}.");
    }
}
