namespace ProxyGroups.Benchmarks.Kit;

/// <summary>What the overview page says of a group, as far as experiments need it.</summary>
internal sealed record GroupState(string Name, int BusySlots, int Slots, int Queued, IReadOnlyList<WorkerState> Workers)
{
    public bool IsIdle => BusySlots == 0 && Queued == 0;
}
