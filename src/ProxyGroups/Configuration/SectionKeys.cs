namespace ProxyGroups.Configuration;

/// <summary>The keys of one section: those that are read, and those that are refused by name.</summary>
internal sealed class SectionKeys(IReadOnlyList<string> known, IReadOnlyDictionary<string, Refusal>? refused = null)
{
    private readonly Dictionary<string, Refusal> _refused = new(refused ?? new Dictionary<string, Refusal>(), StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Known { get; } = known;

    public void Check(SettingsNode section, ReadErrors errors)
    {
        foreach (var key in section.Keys.Where(key => !Known.Contains(key, StringComparer.OrdinalIgnoreCase)))
        {
            if (RefusalOf(key) is { } refusal)
            {
                Refuse(section.Child(key), refusal, errors);
            }
            else
            {
                errors.Add(Unknown(section.Child(key), Known));
            }
        }
    }

    private Refusal? RefusalOf(string key) =>
        _refused.GetValueOrDefault(key) ??
        _refused.FirstOrDefault(pair => pair.Key.EndsWith('*') && key.StartsWith(pair.Key[..^1], StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Each child is named, because each is a wish of its own; a null wishes nothing.</summary>
    private static void Refuse(SettingsNode node, Refusal refusal, ReadErrors errors)
    {
        if (node.Kind is NodeKind.Null or NodeKind.Missing)
        {
            return;
        }

        if (node.Kind == NodeKind.Value || refusal.Children.Count == 0)
        {
            errors.Add(node.Path, node.Text, refusal.Message, refusal.Remedy);
            return;
        }

        foreach (var child in node.Keys.Select(node.Child).Where(child => child.Kind != NodeKind.Null))
        {
            errors.Add(refusal.Children.Contains(LastPart(child.Path), StringComparer.OrdinalIgnoreCase)
                ? new(child.Path, child.Text, refusal.Message, refusal.Remedy)
                : Unknown(child, refusal.Children));
        }
    }

    private static SettingsError Unknown(SettingsNode node, IReadOnlyList<string> known)
    {
        var key = LastPart(node.Path);
        var remedy = NearestName.Find(key, known) is { } nearest ? $"Did you mean \"{nearest}\"?"
            : KnownKeys.SectionsWith(key) is { Count: > 0 } sections ? $"It belongs in \"{string.Join("\" or \"", sections)}\"."
            : $"Remove it. Known here: {string.Join(", ", known)}.";
        return new(node.Path, null, "is not a known setting", remedy);
    }

    private static string LastPart(string path) => path[(path.LastIndexOf(':') + 1)..];
}
