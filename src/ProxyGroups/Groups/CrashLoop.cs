using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// When workers that die after they were ready are no longer replaced at once. Pure. A death that leaves others ready costs
/// nobody a request, and workers may be killed again and again by hand or by single requests; so it counts only where one rank
/// dies faster than a usual app boots. A death that leaves nobody ready counts much sooner.
/// </summary>
internal static class CrashLoop
{
    internal const int MostThatLeaveNobody = 5;
    internal const int MostOfOneRank = 20;
    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    /// <summary>Notes a death; from then on, and until a worker has been ready for long enough, each one counts as a failed start.</summary>
    /// <param name="worker">It died, or is as good as dead.</param>
    public static GroupState Note(GroupState state, WorkerView worker, TimeSpan now)
    {
        var leftNobody = !state.Workers.Any(other => other.Id != worker.Id && other.State == WorkerState.Ready);
        var crashes = state.Crashes.RemoveAll(crash => now - crash.At >= Window).Add(new Crash(now, worker.Rank, leftNobody));
        return state with
        {
            Crashes = crashes,
            IsCrashLooping = state.IsCrashLooping
                || crashes.Count(static crash => crash.LeftNobody) >= MostThatLeaveNobody
                || crashes.Count(crash => crash.Rank == worker.Rank) >= MostOfOneRank,
        };
    }
}
