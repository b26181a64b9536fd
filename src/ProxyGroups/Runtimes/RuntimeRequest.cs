using ProxyGroups.Configuration;

namespace ProxyGroups.Runtimes;

/// <summary>One process group for which a runtime is sought, and the place where its errors are collected.</summary>
internal sealed record RuntimeRequest(
    string Group, ProcessGroupSettings Settings, RuntimeHost Host, ICollection<SettingsError> Errors)
{
    /// <summary>Absolute directory of the web app.</summary>
    public string Directory { get; } = Path.GetFullPath(Settings.Directory, Host.ContentRoot);

    /// <summary>How the app was detected, as the end of a description; empty where the settings name it.</summary>
    public string Detection { get; init; } = "";

    /// <summary>Of a runtime whose workers cannot be forked, as part of a description: an application group is no more than settings and limits to them.</summary>
    public string Alone => Settings.ApplicationGroup is null ? "" : ", shares no interpreter memory";

    /// <summary>Reports an error at a setting of this group.</summary>
    public void Report(string setting, string? value, string message, string remedy) =>
        Errors.Add(new SettingsError($"ProxyGroups:ProcessGroups:{Group}:{setting}", value, message, remedy));
}
