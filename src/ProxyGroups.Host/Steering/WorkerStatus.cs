namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a worker.</summary>
internal sealed record WorkerStatus(int Rank, int Generation, int Pid, string State, string Reason, int Busy, int Slots, long Requests, long? Memory, WorkerDetailStatus Detail)
{
    /// <summary>With its part of what others share; null: not known.</summary>
    public long? MemoryWithShare => Detail.Pss ?? Memory;
}
