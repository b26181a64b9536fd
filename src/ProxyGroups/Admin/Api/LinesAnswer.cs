using ProxyGroups.Supervision;

namespace ProxyGroups.Admin.Api;

/// <summary>The last lines of workers, oldest first.</summary>
internal sealed record LinesAnswer(int Version, IReadOnlyList<KeptLine> Lines);
