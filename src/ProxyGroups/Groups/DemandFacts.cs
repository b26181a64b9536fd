namespace ProxyGroups.Groups;

/// <summary>All that <see cref="DemandRule"/> goes by.</summary>
/// <param name="Least">Workers that there are in any case.</param>
/// <param name="Most">Upper bound of workers.</param>
/// <param name="Threads">Slots of one worker.</param>
/// <param name="Wanted">Workers wanted so far, those that still boot included.</param>
/// <param name="IdleRanks">How many of the highest ranks have been without a lease for the idle time.</param>
/// <param name="IsServing">A worker is ready.</param>
internal readonly record struct DemandFacts(
    int Least, int Most, int Threads, int Wanted, int IdleRanks, bool IsServing, int Busy, int Waiting, TimeSpan OldestWait);
