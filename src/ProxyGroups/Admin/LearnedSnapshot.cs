using ProxyGroups.Groups;
using ProxyGroups.Groups.Learning;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>Modules that the apps of an application group load in common, and what it saves to preload them.</summary>
/// <param name="Modules">Names for Preload; they load more.</param>
/// <param name="Size">Memory that they take in one process, as measured, in bytes.</param>
/// <param name="Workers">Workers that run now and could share it.</param>
/// <param name="Saving">What they would use less while they have not written to it: an upper bound, in bytes.</param>
/// <param name="IsAsked">Preload is "learn".</param>
/// <param name="Groups">Process groups whose workers have told what they load.</param>
/// <param name="Users">Process groups whose newest generation shares it.</param>
internal sealed record LearnedSnapshot(string ApplicationGroup, IReadOnlyList<string> Modules, long Size, int Workers, long Saving, bool IsAsked, IReadOnlyList<string> Groups, IReadOnlyList<string> Users)
{
    public static IReadOnlyList<LearnedSnapshot> Of(ProcessGroupRegistry groups) => [.. groups.Learned.Select(view => Of(view, groups))];

    private static LearnedSnapshot Of(LearnedView view, ProcessGroupRegistry groups)
    {
        var workers = view.Groups.Select(groups.Find).OfType<ProcessGroup>().Sum(static group => group.State.Workers.Count(static worker => worker.State == WorkerState.Ready));
        return new(view.ApplicationGroup, view.Modules.Names, view.Modules.Size, workers, view.Modules.Size * Math.Max(0, workers - 1), view.IsAsked, view.Groups, view.Users);
    }
}
