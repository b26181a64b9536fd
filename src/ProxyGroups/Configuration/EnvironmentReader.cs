namespace ProxyGroups.Configuration;

/// <summary>
/// Reads <c>Environment</c>: later layers add to a map and replace its entries, a null removes one; a list of
/// "NAME=value" wins whole, and is the way to write names that differ by case only. No value ever enters an error.
/// </summary>
internal static class EnvironmentReader
{
    public static IReadOnlyDictionary<string, string> Read(SectionReader group)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in new[] { group.Defaults?.Child("Environment"), group.Own.Child("Environment") }.OfType<SettingsNode>())
        {
            foreach (var layer in node.Layers)
            {
                Apply(layer, node.Path, variables, group.Errors);
            }
        }

        return variables;
    }

    private static void Apply(LayerNode layer, string path, Dictionary<string, string> variables, ReadErrors errors)
    {
        if (layer.IsList || layer.IsEmptyList)
        {
            variables.Clear();
        }
        else if (layer.Children.Count == 0 && layer.Text is not null)
        {
            errors.Add(path, null, "is a value, but variables are expected", "Write { \"NAME\": \"value\" } or [ \"NAME=value\" ].");
        }

        foreach (var (key, entry) in layer.Children)
        {
            var variable = layer.IsList ? Split(entry) : KeyValuePair.Create(key, entry.Text);
            if (variable is null || entry.Children.Count > 0)
            {
                errors.Add($"{path}:{key}", null, "is no variable", "Write { \"NAME\": \"value\" } or [ \"NAME=value\" ].");
            }
            else if (variable.Value.Value is null)
            {
                variables.Remove(variable.Value.Key);
            }
            else
            {
                variables[variable.Value.Key] = variable.Value.Value;
            }
        }
    }

    private static KeyValuePair<string, string?>? Split(LayerNode entry) => entry.Text?.IndexOf('=', StringComparison.Ordinal) switch
    {
        > 0 and var at => KeyValuePair.Create<string, string?>(entry.Text![..at], entry.Text[(at + 1)..]),
        _ => null,
    };
}
