using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>A worker in the model.</summary>
internal sealed class ModelWorker
{
    public required int Id { get; init; }

    public required int Rank { get; init; }

    public required int Generation { get; init; }

    public required int Epoch { get; init; }

    public required int Capacity { get; set; }

    public WorkerSlotsState State { get; set; }

    public List<ModelLease> Leases { get; } = [];

    public bool HasFreeSlot => State == WorkerSlotsState.Ready && Leases.Count < Capacity;

    public WorkerSlotsSnapshot Snapshot => new(Id, Rank, Generation, Epoch, Capacity, Leases.Count, State);
}
