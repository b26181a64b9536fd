using ProxyGroups.Groups.Learning;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Refreshing;

/// <summary>What the workers of one application group share at one moment. Sizes in bytes.</summary>
/// <param name="Age">How long nobody has started, drained or stopped.</param>
/// <param name="Workers">Those that serve.</param>
/// <param name="Used">By them and all that they are forked from, each page counted once.</param>
/// <param name="Saved">How much less that is than what they would use had each been started plainly.</param>
/// <param name="Largest">What the largest worker would use by itself.</param>
/// <param name="Unshared">What was learned since they started and a new generation would share.</param>
internal sealed record RefreshFacts(TimeSpan Age, int Workers, long Used, long Saved, long Largest, long Unshared)
{
    /// <summary>Null: the size of one is not known, or there is no worker.</summary>
    /// <param name="groups">Each with the moment of its own clock.</param>
    public static RefreshFacts? Of(IReadOnlyList<(GroupState State, TimeSpan Now)> groups, UsageReport usage, IEnumerable<LearnedView> learned)
    {
        var workers = groups.SelectMany(static group => group.State.Workers).Select(static worker => worker.Pid).ToList();
        if (workers.Count == 0 || usage.Sharing(workers, usage.Preloaders) is not { } sharing)
        {
            return null;
        }

        var largest = workers.Max(worker => usage.Memory(worker)!.Value.Unforked!.Value);
        return new(AgeOf(groups), workers.Count, sharing.Used, sharing.Plain - sharing.Used, largest, learned.Where(static view => view.IsAsked).Sum(view => UnsharedOf(view, groups)));
    }

    private static TimeSpan AgeOf(IReadOnlyList<(GroupState State, TimeSpan Now)> groups) => groups.Min(static group =>
        group.State.Workers.Min(worker => (TimeSpan?)(worker.State == WorkerState.Ready ? group.Now - worker.Since : TimeSpan.Zero)) ?? TimeSpan.MaxValue);

    // One process has to have it, whoever shares it.
    private static long UnsharedOf(LearnedView view, IReadOnlyList<(GroupState State, TimeSpan Now)> groups)
    {
        var workers = groups.Select(static group => group.State)
            .Where(group => view.Groups.Contains(group.Name, StringComparer.OrdinalIgnoreCase) && !view.Users.Contains(group.Name, StringComparer.OrdinalIgnoreCase))
            .Sum(static group => group.Workers.Length);
        return view.Modules.Size * Math.Max(0, view.Users.Count > 0 ? workers : workers - 1);
    }
}
