namespace ProxyGroups.Host.Steering;

/// <summary>A kill of something that a worker had started, because memory ran out.</summary>
internal sealed record MemoryKillStatus(string Text, TimeSpan Ago);
