using System.Text;

namespace ProxyGroups.Configuration;

/// <summary>The settings cannot be used; the message lists every error with path, value, cause and remedy.</summary>
/// <param name="errors">All of them, at least one.</param>
public sealed class SettingsException(IReadOnlyList<SettingsError> errors) : Exception(Describe(errors))
{
    /// <summary>Every error that was found, in the order of the settings.</summary>
    public IReadOnlyList<SettingsError> Errors { get; } = errors;

    internal static string Describe(IReadOnlyList<SettingsError> errors)
    {
        var text = new StringBuilder(errors.Count == 1 ? "One setting is wrong." : $"{errors.Count} settings are wrong.");
        foreach (var error in errors)
        {
            text.Append("\n\n  ").Append(error.Head).Append("\n    ").Append(error.Message).Append(".\n    ").Append(error.Remedy);
        }

        return text.ToString();
    }
}
