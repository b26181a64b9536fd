using ProxyGroups.Admin;

namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of an explanation.</summary>
internal sealed record ExplainReply(IReadOnlyList<GroupExplanation> Groups);
