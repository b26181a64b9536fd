namespace ProxyGroups.Configuration;

/// <summary>One thing wrong with the settings.</summary>
/// <param name="Path">Configuration path, as in <c>ProxyGroups:ProcessGroups:shop:Threads</c>.</param>
/// <param name="Value">The value as written; null where there is none or it may be secret.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record SettingsError(string Path, string? Value, string Message, string Remedy);
