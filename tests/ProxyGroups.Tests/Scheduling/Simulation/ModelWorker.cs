using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>A worker in the model.</summary>
internal sealed class ModelWorker
{
    public required int Id { get; init; }

    public required int Rank { get; init; }

    public required int Generation { get; init; }

    public required int Epoch { get; init; }

    /// <summary>Requests that the process can run at once, stuck ones included.</summary>
    public required int Threads { get; set; }

    public WorkerSlotsState State { get; set; }

    public long Granted { get; set; }

    public List<ModelLease> Leases { get; } = [];

    /// <summary>Forfeited: they keep their threads for as long as the worker is there.</summary>
    public List<ModelLease> Stuck { get; } = [];

    public int Capacity => Math.Max(0, Threads - Stuck.Count);

    public bool HasFreeSlot => State == WorkerSlotsState.Ready && Leases.Count + Stuck.Count < Threads;

    public WorkerSlotsSnapshot Snapshot => new(Id, Rank, Generation, Epoch, Capacity, Leases.Count, State, IdleFor: TimeSpan.Zero, Granted);
}
