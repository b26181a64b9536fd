namespace ProxyGroups.Configuration;

/// <summary>What was read, errors included: a setting with an error has its default here.</summary>
internal sealed record SettingsReading(ProxyGroupsSettings Settings, ReadErrors Errors);
