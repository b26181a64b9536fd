namespace ProxyGroups.Configuration;

/// <summary>
/// Reads the settings of one section, and of the same section in <c>Defaults</c> where the section itself is silent.
/// A null in the section itself means the built-in default. Wrong values are collected and read as unset.
/// </summary>
internal sealed class SectionReader
{
    private readonly SettingsNode _own;
    private readonly SettingsNode? _defaults;
    private readonly ReadErrors _errors;

    public SectionReader(SettingsNode own, SettingsNode? defaults, ReadErrors errors, SectionKeys keys)
    {
        (_own, _defaults, _errors) = (own, defaults, errors);
        if (own.Kind == NodeKind.Value)
        {
            errors.Add(own.Path, own.Text, "is a value, but a section is expected", $"Write {{ \"{keys.Known[0]}\": ... }}.");
        }

        keys.Check(own, errors);
    }

    public SettingsNode Own => _own;

    public SettingsNode? Defaults => _defaults;

    public ReadErrors Errors => _errors;

    public SectionReader Section(string key, SectionKeys keys) => new(_own.Child(key), _defaults?.Child(key), _errors, keys);

    /// <summary>The same section without its defaults for one decision that must be taken in one place.</summary>
    public SectionReader WithoutDefaultsIfAny(params IReadOnlyList<string> keys) =>
        keys.Any(key => _own.Child(key).Kind is NodeKind.Value or NodeKind.Section) ? new(_own, _errors) : this;

    private SectionReader(SettingsNode own, ReadErrors errors) => (_own, _errors) = (own, errors);

    public T Read<T>(string key, Func<string, Parsed<T>> parse, T unset)
    {
        var node = Find(key);
        switch (node.Kind)
        {
            case NodeKind.Section:
                _errors.Add(node.Path, null, "is a section or a list, but a value is expected", "Write one value.");
                return unset;
            case NodeKind.Value:
                var parsed = parse(node.Text!);
                if (parsed.Failed)
                {
                    _errors.Add(node.Path, node.Text, parsed.Problem!, parsed.Remedy!);
                }

                return parsed.Failed ? unset : parsed.Value;
            default:
                return unset;
        }
    }

    public T? ReadOptional<T>(string key, Func<string, Parsed<T>> parse)
        where T : struct => Read(key, text => parse(text).Select(value => (T?)value), null);

    public string? ReadText(string key) => Read<string?>(key, text => ScalarText.Text(text).Select(value => (string?)value), null);

    /// <summary>A list comes whole from one place; a text is split where <paramref name="split"/> is given.</summary>
    public IReadOnlyList<string> ReadList(string key, Func<string, Parsed<IReadOnlyList<string>>>? split = null)
    {
        var node = Find(key);
        if (node.Kind == NodeKind.Value && node.Text!.Length > 0 && split is not null)
        {
            return Read(key, split, []);
        }

        if (node.Kind == NodeKind.Null)
        {
            return [];
        }

        if (node.Items() is { } items)
        {
            return [.. items.Select(ReadItem).OfType<string>()];
        }

        // Somebody may have written NAME=value, a secret.
        var shown = node.Text?.Contains('=') is true ? null : node.Text;
        _errors.Add(node.Path, shown, $"is a {(node.Kind == NodeKind.Value ? "value" : "section")}, but a list is expected", "Write [ \"...\" ].");
        return [];
    }

    /// <summary>Null where nothing is written, for lists of which an empty one means something else.</summary>
    public IReadOnlyList<string>? ReadOptionalList(string key) => Find(key).Kind is NodeKind.Missing or NodeKind.Null ? null : ReadList(key);

    /// <summary>A list of lists of words; each command by itself, because a flat list looks like one command and like several.</summary>
    public IReadOnlyList<IReadOnlyList<string>> ReadCommands(string key)
    {
        var node = Find(key);
        if (node.Kind is NodeKind.Null or NodeKind.Missing)
        {
            return [];
        }

        var commands = node.Items()?.Select(static item => item.Kind == NodeKind.Section ? item.Items() : null).ToList();
        if (commands is null || commands.Contains(null))
        {
            _errors.Add(node.Path, node.Text, "is no list of commands, each a list of words", "Write [ [ \"program\", \"argument\" ], ... ].");
            return [];
        }

        return [.. commands.Select(words => (IReadOnlyList<string>)[.. words!.Select(ReadItem).OfType<string>()])];
    }

    private string? ReadItem(SettingsNode item)
    {
        if (item.Kind != NodeKind.Value)
        {
            _errors.Add(item.Path, null, "is no text", "Write a text, or remove it from the list.");
        }

        return item.Kind == NodeKind.Value ? item.Text : null;
    }

    /// <summary>What counts for a key: the section's own word, else that of its defaults.</summary>
    public SettingsNode Find(string key)
    {
        var own = _own.Child(key);
        var found = own.Kind != NodeKind.Missing || _defaults is null ? own : _defaults.Child(key);
        _errors.RememberOrigin(own.Path, found.Kind == NodeKind.Missing ? own : found);
        return found;
    }
}
