namespace ProxyGroups.Admin.Api;

/// <summary>One group.</summary>
internal sealed record GroupAnswer(int Version, GroupSnapshot Group);
