namespace ProxyGroups.Supervision;

/// <summary>What workers use, by process id; null: not known.</summary>
internal sealed record UsageReport(Func<int, CpuUse?> Cpu, Func<int, MemoryUse?> Memory)
{
    /// <summary>Nobody has looked.</summary>
    public static readonly UsageReport Nothing = new(static _ => null, static _ => null);

    /// <summary>What the workers are forked from.</summary>
    public IReadOnlyList<PreloaderView> Preloaders { get; init; } = [];

    /// <summary>Those of an application group, or of a process group's app.</summary>
    public IEnumerable<PreloaderView> PreloadersOf(string owner) => Preloaders.Where(preloader => preloader.Owner.Equals(owner, StringComparison.OrdinalIgnoreCase));
}
