namespace ProxyGroups.Host;

/// <summary>Where the front door finds its settings: a directory with one app, or a settings file.</summary>
internal sealed record FrontDoorPlace(string? AppDirectory, string? SettingsFile, string? Urls)
{
    /// <summary>Relative paths start here.</summary>
    public string ContentRoot => AppDirectory
        ?? (SettingsFile is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(SettingsFile)!);

    public string SettingsPath => SettingsFile ?? Path.Combine(ContentRoot, "appsettings.json");
}
