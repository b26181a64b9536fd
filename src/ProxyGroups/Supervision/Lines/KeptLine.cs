namespace ProxyGroups.Supervision;

/// <summary>One line about a process group, for who reads along.</summary>
/// <param name="Id">Grows from line to line, also over restarts of the front door.</param>
/// <param name="Rank">The worker's, as its generation and pid; null: the line is about the whole group.</param>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c> of a worker, or <c>proxygroups</c>: the front door says it.</param>
internal sealed record KeptLine(long Id, DateTimeOffset Time, string Group, int? Rank, int? Generation, int? Pid, string Stream, string Text)
{
    /// <summary>What the front door itself says.</summary>
    public const string OwnStream = "proxygroups";
}
