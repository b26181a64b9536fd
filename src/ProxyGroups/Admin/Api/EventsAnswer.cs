using ProxyGroups.Groups;

namespace ProxyGroups.Admin.Api;

/// <summary>Events that are kept, oldest first.</summary>
internal sealed record EventsAnswer(int Version, IReadOnlyList<HistoryEntry> Events);
