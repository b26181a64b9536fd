using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>Memory of workers together with all that they are forked from, in bytes.</summary>
/// <param name="Used">Each page counted once (the sum of PSS).</param>
/// <param name="Plain">What the same workers would use had each been started plainly: what they share by the fork counted for each of them.</param>
internal sealed record SharingSnapshot(long Used, long Plain)
{
    /// <summary>What sharing saves; negative: what it costs.</summary>
    public long Saved => Plain - Used;

    /// <summary>Null: the size of one is not known, or nothing is shared.</summary>
    public static SharingSnapshot? Of(IEnumerable<int> workers, IEnumerable<PreloaderView> preloaders, UsageReport usage)
    {
        var forked = workers.Select(usage.Memory).ToList();
        var sources = preloaders.Select(preloader => usage.Memory(preloader.Pid)).ToList();
        List<MemoryUse?> all = [.. forked, .. sources];
        return sources.Count == 0 || all.Exists(static size => size?.Unforked is null)
            ? null
            : new(all.Sum(static size => size!.Value.Proportional), forked.Sum(static size => size!.Value.Unforked!.Value));
    }
}
