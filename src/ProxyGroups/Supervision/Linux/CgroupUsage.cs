namespace ProxyGroups.Supervision.Linux;

/// <summary>What a cgroup's processes use and wait for at one moment; null where the kernel does not tell.</summary>
internal sealed record CgroupUsage(
    string Path, long? Memory, long? MemoryLimit, int? Tasks, long OomKills, CgroupPressure? CpuPressure, CgroupPressure? MemoryPressure, CgroupPressure? IoPressure);
