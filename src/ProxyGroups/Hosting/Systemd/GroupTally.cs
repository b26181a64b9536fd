using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>How the groups are, in one line for <c>systemctl status</c>. Pure.</summary>
internal sealed class GroupTally(IReadOnlyCollection<GroupTally.Entry> groups)
{
    /// <summary>Nobody is waited for: each group serves, is idle, is stopped, or failed to start and is tried again on its own.</summary>
    public bool IsSettled => !groups.Any(static group => IsStarting(group) || IsRestarting(group));

    public override string ToString()
    {
        var ready = groups.Sum(static group => group.State.Workers.Count(static worker => worker.State == WorkerState.Ready));
        return $"{Count(groups.Count, "process group")}, {Count(ready, "worker")} ready"
            + Part("failing", IsFailing) + Part("starting", IsStarting) + Part("restarting", IsRestarting) + Part("stopped", static group => group.State.Phase == GroupPhase.Stopped);
    }

    private static bool IsFailing(Entry group) => group.State.Phase == GroupPhase.Running && (group.State.IsClosed || group.State.Failures > 0);

    private static bool IsStarting(Entry group) => group.State is { Phase: GroupPhase.Running, HasReadyWorker: false, IsIdle: false } && !IsFailing(group);

    // A generation that does not start is not waited for: the old one serves.
    private static bool IsRestarting(Entry group) =>
        group.State.Phase == GroupPhase.Running
        && (group.GenerationsAsked > group.State.Generation
            || (!IsFailing(group) && group.State.HasReadyWorker && (group.State.NeedsPreparation || RollPlan.IsRolling(group.State))));

    private static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? string.Empty : "s")}";

    private string Part(string word, Func<Entry, bool> isMeant) =>
        string.Join(", ", groups.Where(isMeant).Select(static group => group.State.Name).Order(StringComparer.Ordinal)) is { Length: > 0 } names ? $"; {word}: {names}" : string.Empty;

    /// <param name="State">What its loop knows.</param>
    /// <param name="GenerationsAsked">The newest generation that was asked for; the loop may not have heard of it yet.</param>
    internal readonly record struct Entry(GroupState State, int GenerationsAsked);
}
