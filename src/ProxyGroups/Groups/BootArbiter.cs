namespace ProxyGroups.Groups;

/// <summary>
/// One per machine: lets at most max(1, cores / 2) workers boot at once, because boots starve each other of CPU. Groups whose last boot went
/// well have as many places of their own, so that who is known to boot never waits for one that hangs. Thread-safe.
/// A boot that takes longer than is usual for its group loses its place, at the latest after <see cref="LongestClaim"/>.
/// </summary>
internal sealed class BootArbiter(int places, TimeProvider time)
{
    internal static readonly TimeSpan LongestClaim = TimeSpan.FromSeconds(10);

    /// <summary>Boots of a few milliseconds differ by more than twice.</summary>
    internal static readonly TimeSpan ShortestClaim = TimeSpan.FromSeconds(1);

    private readonly BootLane _known = new(places, time);
    private readonly BootLane _others = new(places, time);

    public static int PlacesFor(int cores) => Math.Max(1, cores / 2);

    /// <summary>Waits for a place. Dispose the claim when the boot has ended, well or not.</summary>
    /// <param name="lastBoot">How long the group's last boot took; null: it did not go well, or there was none.</param>
    /// <exception cref="OperationCanceledException">The worker is not wanted any more.</exception>
    public Task<IDisposable> ClaimAsync(string group, TimeSpan? lastBoot, CancellationToken cancellationToken) =>
        (lastBoot is null ? _others : _known).ClaimAsync(group, LongestAfter(lastBoot), cancellationToken);

    /// <summary>How long a boot keeps its place.</summary>
    internal static TimeSpan LongestAfter(TimeSpan? lastBoot) =>
        lastBoot is { } took ? TimeSpan.FromTicks(Math.Clamp(2 * took.Ticks, ShortestClaim.Ticks, LongestClaim.Ticks)) : LongestClaim;
}
