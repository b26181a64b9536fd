namespace ProxyGroups.Supervision;

/// <summary>Memory that is kept for a trial until this is disposed of.</summary>
/// <param name="Bytes">What it may use at most; null: the kernel tells nothing, and nothing bounds it.</param>
internal sealed record TrialRoom(long? Bytes, IDisposable Counted) : IDisposable
{
    /// <summary>What a trial is called in logs and caps, in the place of a process group.</summary>
    public static string NameOf(string owner) => "trial of " + owner;

    public void Dispose() => Counted.Dispose();
}
