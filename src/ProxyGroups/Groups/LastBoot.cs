namespace ProxyGroups.Groups;

/// <summary>How the last boot of a group's workers went. Any thread.</summary>
internal sealed class LastBoot
{
    private long _ticks;

    /// <summary>How long it took; null: it failed, or took longer than a boot may keep its place, or there was none.</summary>
    public TimeSpan? Took => Interlocked.Read(ref _ticks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    public void NoteReady(TimeSpan took) => Interlocked.Exchange(ref _ticks, took <= BootArbiter.LongestClaim ? Math.Max(1, took.Ticks) : 0);

    public void NoteFailure() => Interlocked.Exchange(ref _ticks, 0);
}
