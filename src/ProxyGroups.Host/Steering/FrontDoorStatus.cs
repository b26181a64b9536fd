namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of an answer to <c>/v1/status</c>.</summary>
internal sealed record FrontDoorStatus(string ServerVersion, int Pid, DateTimeOffset Started, DateTimeOffset Time, IReadOnlyList<ApplicationGroupStatus> ApplicationGroups, IReadOnlyList<GroupStatus> Groups, IReadOnlyList<LearnedStatus> Learned)
{
    /// <summary>Bytes that all workers and all that they are forked from use, shared pages counted once.</summary>
    public long Memory => Groups.Sum(static group => group.Memory ?? 0) + ApplicationGroups.SelectMany(static parent => parent.Preloaders).Sum(static preloader => preloader.Pss ?? 0);
}
