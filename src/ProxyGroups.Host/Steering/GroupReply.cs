namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of an answer to <c>/v1/groups/NAME</c>.</summary>
internal sealed record GroupReply(GroupStatus Group);
