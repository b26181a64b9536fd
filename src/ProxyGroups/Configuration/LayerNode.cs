using Microsoft.Extensions.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>What one configuration provider says at one path: a text or null, and children under their first spelling.</summary>
internal sealed record LayerNode(bool IsDefined, string? Text, IReadOnlyList<KeyValuePair<string, LayerNode>> Children)
{
    /// <summary>
    /// Keys that one file spells in several ways, which are one key all the same; each as "a" and "A". The environment of
    /// a process may mix spellings as it likes.
    /// </summary>
    public IReadOnlyList<string> MixedSpellings { get; private init; } = [];

    public static LayerNode Read(IConfigurationProvider provider, string path)
    {
        var keys = provider.GetChildKeys([], path).Distinct(StringComparer.Ordinal).GroupBy(key => key, StringComparer.OrdinalIgnoreCase).ToList();
        var isDefined = provider.TryGet(path, out var text);
        return new(isDefined || keys.Count > 0, text, [.. keys.Select(key => KeyValuePair.Create(key.Key, Read(provider, $"{path}:{key.Key}")))])
        {
            MixedSpellings = provider is FileConfigurationProvider or StreamConfigurationProvider
                ? [.. keys.Where(key => key.Count() > 1).Select(key => string.Join("\" and \"", key))]
                : [],
        };
    }

    public LayerNode? Child(string key) => Children.FirstOrDefault(child => child.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The file provider writes an empty array as an empty text, and <c>null</c> as well as <c>{}</c> as null.</summary>
    public bool IsEmptyList => Children.Count == 0 && Text is { Length: 0 };

    public bool IsNull => IsDefined && Children.Count == 0 && Text is null;

    public bool IsList => Children.Count > 0 && Children.All(child => int.TryParse(child.Key, out _));
}
