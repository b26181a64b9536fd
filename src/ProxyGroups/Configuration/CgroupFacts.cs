namespace ProxyGroups.Configuration;

/// <summary>Whether the front door has a cgroup (v2) below which groups can have theirs.</summary>
/// <param name="Path">The cgroup's folder; null where there is none.</param>
/// <param name="Controllers">What it can bound: "cpu", "memory", "pids".</param>
/// <param name="Fault">Why it cannot be used; null: it can.</param>
internal sealed record CgroupFacts(string? Path, IReadOnlySet<string> Controllers, string? Fault)
{
    public static readonly CgroupFacts None = new(null, new HashSet<string>(), "this system has no cgroup v2 file system");
}
