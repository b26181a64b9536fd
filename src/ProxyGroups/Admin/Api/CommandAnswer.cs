namespace ProxyGroups.Admin.Api;

/// <summary>A command was taken; what it begins shows in the events.</summary>
/// <param name="Group">The group it was for; null: the whole front door.</param>
/// <param name="AfterEvent">Id of the newest event before the command: what it brings comes after it.</param>
internal sealed record CommandAnswer(int Version, bool Taken, string? Group, long AfterEvent);
