namespace ProxyGroups.Supervision;

/// <summary>Why processes are started plainly although they were to be forked.</summary>
/// <param name="Cause">The end of a sentence that begins with <see cref="Effect"/>.</param>
/// <param name="IsLasting">The same modules will fail in the same way.</param>
internal sealed record PreloadFault(string Cause, string Remedy, bool IsLasting = false)
{
    public static readonly PreloadFault EndedAtOnce = new("the worker that it forked ended at once", "See the log for its last output.");

    /// <summary>What comes of it, as the beginning of a sentence.</summary>
    public string Effect { get; init; } = "Its workers start plainly";
}
