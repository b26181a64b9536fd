using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>Memory of workers together with all that they are forked from, in bytes.</summary>
/// <param name="Used">Each page counted once (the sum of PSS).</param>
/// <param name="Plain">What the same workers would use had each been started plainly: see <see cref="UsageReport.Sharing"/>.</param>
internal sealed record SharingSnapshot(long Used, long Plain)
{
    /// <summary>What sharing saves; negative: what it costs.</summary>
    public long Saved => Plain - Used;

    /// <summary>Null: the size of one is not known, or nothing is shared.</summary>
    public static SharingSnapshot? Of(IEnumerable<int> workers, IReadOnlyCollection<PreloaderView> preloaders, UsageReport usage) =>
        preloaders.Count > 0 && usage.Sharing(workers, preloaders) is { } sharing ? new(sharing.Used, sharing.Plain) : null;
}
