namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of an answer to <c>/v1/status</c>.</summary>
internal sealed record FrontDoorStatus(string ServerVersion, int Pid, DateTimeOffset Started, DateTimeOffset Time, IReadOnlyList<GroupStatus> Groups);
