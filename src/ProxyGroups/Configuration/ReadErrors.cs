namespace ProxyGroups.Configuration;

/// <summary>
/// Errors of one reading, and where each setting was really written: a setting of a group may come from
/// <c>Defaults</c>, and then its errors are named there, once.
/// </summary>
internal sealed class ReadErrors
{
    private readonly List<SettingsError> _errors = [];
    private readonly Dictionary<string, SettingsNode> _origins = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<SettingsError> All => [.. _errors.Distinct()];

    public void Add(SettingsError error) => _errors.Add(error);

    public void Add(string path, string? value, string message, string remedy) => Add(new(path, value, message, remedy));

    public void RememberOrigin(string path, SettingsNode origin) => _origins[path] = origin;

    /// <summary>Takes errors of finished records over, with the path and the text that the person wrote.</summary>
    public void AddValidated(IEnumerable<SettingsError> errors) => _errors.AddRange(errors.Select(AsWritten));

    private SettingsError AsWritten(SettingsError error) => _origins.TryGetValue(error.Path, out var origin)
        ? error with { Path = origin.Path, Value = error.Value is null ? null : origin.Text ?? error.Value }
        : error;
}
