namespace ProxyGroups.Host.Steering;

/// <summary>What a worker does and uses.</summary>
internal sealed record WorkerDetailStatus(TimeSpan? Uptime, TimeSpan? CpuTime, double? CpuShare, long? Pss, IReadOnlyList<SlotStatus> Doing, ExitStatus? LastExit, MemoryKillStatus? MemoryKill);
