using ProxyGroups.Groups;

namespace ProxyGroups.Admin;

/// <summary>How the worker that had this rank before ended.</summary>
/// <param name="Exit">In words, such as signal 9 (KILL).</param>
/// <param name="Ago">Since then.</param>
internal sealed record ExitSnapshot(int Pid, int Generation, string Reason, string Exit, TimeSpan Ago)
{
    public static ExitSnapshot Of(LastExit last, TimeSpan now) => new(last.Pid, last.Generation, last.Reason.ToString(), last.Exit.ToString(), now - last.At);
}
