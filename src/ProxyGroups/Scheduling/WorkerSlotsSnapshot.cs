namespace ProxyGroups.Scheduling;

/// <summary>One worker as the scheduler sees it.</summary>
internal readonly record struct WorkerSlotsSnapshot(
    int Id, int Rank, int Generation, int Epoch, int Capacity, int Busy, WorkerSlotsState State);
