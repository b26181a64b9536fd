namespace ProxyGroups.Supervision;

/// <summary>What workers use, by process id; null: not known.</summary>
internal sealed record UsageReport(Func<int, CpuUse?> Cpu, Func<int, MemoryUse?> Memory)
{
    /// <summary>Nobody has looked.</summary>
    public static readonly UsageReport Nothing = new(static _ => null, static _ => null);
}
