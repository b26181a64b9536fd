using ProxyGroups.Groups;

namespace ProxyGroups.Admin;

/// <summary>A kill of something that a worker had started, because memory ran out.</summary>
/// <param name="Text">In words: how many processes, whose limit it was, what to do.</param>
/// <param name="Ago">Since it was seen.</param>
internal sealed record MemoryKillSnapshot(string Text, TimeSpan Ago)
{
    public static MemoryKillSnapshot? Of(WorkerView worker, TimeSpan now) => worker is { MemoryKill: { } kill, MemoryKilledAt: { } at } ? new(kill.ToString(), now - at) : null;
}
