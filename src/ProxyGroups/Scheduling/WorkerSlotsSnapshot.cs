namespace ProxyGroups.Scheduling;

/// <summary>One worker as the scheduler sees it.</summary>
/// <param name="IdleFor">Time without a lease; zero while one is held.</param>
/// <param name="Granted">Leases granted since it was offered.</param>
internal readonly record struct WorkerSlotsSnapshot(
    int Id, int Rank, int Generation, int Epoch, int Capacity, int Busy, WorkerSlotsState State, TimeSpan IdleFor, long Granted);
