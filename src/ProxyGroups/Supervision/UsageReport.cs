namespace ProxyGroups.Supervision;

/// <summary>What workers use, by process id; null: not known.</summary>
internal sealed record UsageReport(Func<int, CpuUse?> Cpu, Func<int, MemoryUse?> Memory)
{
    /// <summary>Nobody has looked.</summary>
    public static readonly UsageReport Nothing = new(static _ => null, static _ => null);

    /// <summary>What the workers are forked from.</summary>
    public IReadOnlyList<PreloaderView> Preloaders { get; init; } = [];

    /// <summary>
    /// What workers and all that they are forked from use together, and what the workers would use had each been started plainly: what they
    /// share by the fork would be each one's own, and what their sources have of files would be theirs. Null: the size of one is not known.
    /// </summary>
    public (long Used, long Plain)? Sharing(IEnumerable<int> workers, IEnumerable<PreloaderView> sources)
    {
        var (forked, above) = (workers.Select(Memory).ToList(), sources.Select(source => Memory(source.Pid)).ToList());
        List<MemoryUse?> all = [.. forked, .. above];
        return all.Exists(static size => size?.Unforked is null)
            ? null
            : (all.Sum(static size => size!.Value.Proportional), forked.Sum(static size => size!.Value.Unforked!.Value) + above.Sum(static size => size!.Value.Files));
    }

    /// <summary>Those of an application group, or of a process group's app.</summary>
    public IEnumerable<PreloaderView> PreloadersOf(string owner) => Preloaders.Where(preloader => preloader.Owner.Equals(owner, StringComparison.OrdinalIgnoreCase));
}
