namespace ProxyGroups.Admin.Api;

/// <summary>Groups in plain words.</summary>
internal sealed record ExplainAnswer(int Version, IReadOnlyList<GroupExplanation> Groups);
