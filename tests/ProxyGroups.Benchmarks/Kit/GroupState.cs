namespace ProxyGroups.Benchmarks.Kit;

/// <summary>What the overview page says of a group, as far as experiments need it.</summary>
internal sealed record GroupState(string Name, int BusySlots, int Slots, int Queued, int Generation, IReadOnlyList<WorkerState> Workers)
{
    public bool IsIdle => BusySlots == 0 && Queued == 0;

    /// <summary>No worker starts, leaves or is of an older generation.</summary>
    public bool IsSettled(int workers) => Workers.Count == workers && Workers.All(worker => worker.State == "ready" && worker.Generation == Generation);
}
