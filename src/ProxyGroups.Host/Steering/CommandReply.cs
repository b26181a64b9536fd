namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a command that was taken.</summary>
internal sealed record CommandReply(string? Group);
