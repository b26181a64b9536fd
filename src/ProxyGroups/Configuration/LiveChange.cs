namespace ProxyGroups.Configuration;

/// <summary>Sets settings of a group while it runs, by the rules that hold for a settings file: wrong ones change nothing.</summary>
internal static class LiveChange
{
    /// <summary>Why not, and what to do; null: they are in force.</summary>
    /// <param name="save">Also after the next start of the front door.</param>
    public static string? Try(SettingsStore store, string group, IReadOnlyDictionary<string, string> values, bool save) =>
        Change(store, group, values.ToDictionary(static value => value.Key, static value => (string?)value.Value), save);

    /// <summary>Takes settings back that were set so: then the layers below say again what holds. Why not, and what to do; null: it is done.</summary>
    /// <param name="save">Also those that were saved; otherwise they come back with the next start of the front door.</param>
    public static string? TakeBack(SettingsStore store, string group, IReadOnlyList<string> keys, bool save) =>
        Change(store, group, keys.ToDictionary(static key => key, static _ => (string?)null), save);

    private static string? Change(SettingsStore store, string group, Dictionary<string, string?> values, bool save)
    {
        var unknown = values.Keys.FirstOrDefault(static key => !LiveKeys.All.Contains(key, StringComparer.OrdinalIgnoreCase));
        if (values.Count == 0 || unknown is not null)
        {
            return RefuseKey(unknown);
        }

        if (store.IsGivenInCode(group))
        {
            return $"Group {group} is given in code, which wins over settings. Change it there.";
        }

        if (LiveLayer.Find(store.Configuration) is not { } layer)
        {
            return "Settings can be set by command where the front door was started with a settings file, whose neighbour holds them. Change them where they are written.";
        }

        if (values.FirstOrDefault(value => value.Value is null && !layer.Holds(PathOf(group, value.Key))) is { Key: { } free })
        {
            return $"{free} of group {group} is not set by command, so there is nothing to take back.";
        }

        var paths = values.ToDictionary(value => PathOf(group, value.Key), static value => value.Value);
        var errors = store.Try(() => layer.Change(paths), () => Overruled(store, paths), () => Save(layer, paths, save));
        return errors.Count == 0 ? null : SettingsException.Describe(errors);
    }

    private static string PathOf(string group, string key) => $"{SettingsReader.Section}:ProcessGroups:{group}:{key}";

    private static string RefuseKey(string? key) => key is null
        ? $"No setting is given. These can be set by command: {string.Join(", ", LiveKeys.All)}."
        : NearestName.Find(key, LiveKeys.All) is { } nearest
            ? $"{key} cannot be set by command. Did you mean {nearest}?"
            : $"{key} cannot be set by command: write it into the settings file. These can: {string.Join(", ", LiveKeys.All)}.";

    private static IReadOnlyList<SettingsError> Overruled(SettingsStore store, Dictionary<string, string?> paths) =>
        [.. paths.Where(path => path.Value is not null && store.Configuration[path.Key] != path.Value).Select(path => new SettingsError(path.Key, store.Configuration[path.Key], "is set by a layer above, such as an environment variable or the command line, which wins", "Change it there."))];

    private static IReadOnlyList<SettingsError> Save(LiveLayer layer, Dictionary<string, string?> paths, bool save)
    {
        try
        {
            if (save)
            {
                layer.Save(paths);
            }

            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [new SettingsError(layer.Path, null, $"cannot be written: {exception.Message.TrimEnd('.')}", "Make it writable and see that its disk has room, or leave out saving.")];
        }
        catch (InvalidDataException exception)
        {
            return [new SettingsError(layer.Path, null, $"cannot be read, so it is left as it is: {exception.InnerException!.Message.TrimEnd('.')}", "Correct it or remove it, or leave out saving.")];
        }
    }
}
