using Microsoft.Extensions.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>What one configuration provider says at one path: a text or null, and children under their own spelling.</summary>
internal sealed record LayerNode(bool IsDefined, string? Text, IReadOnlyList<KeyValuePair<string, LayerNode>> Children)
{
    public static LayerNode Read(IConfigurationProvider provider, string path)
    {
        var children = provider.GetChildKeys([], path)
            .Distinct(StringComparer.Ordinal)
            .Select(key => KeyValuePair.Create(key, Read(provider, $"{path}:{key}")))
            .ToList();
        var isDefined = provider.TryGet(path, out var text);
        return new(isDefined || children.Count > 0, text, children);
    }

    /// <summary>Spellings of a key that differ by case are one key, as everywhere in .NET's configuration.</summary>
    public LayerNode? Child(string key)
    {
        var same = Children.Where(child => child.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(child => child.Value).ToList();
        return same.Count < 2 ? same.FirstOrDefault() : new(true, same[0].Text, [.. same.SelectMany(node => node.Children)]);
    }

    /// <summary>The file provider writes an empty array as an empty text, and <c>null</c> as well as <c>{}</c> as null.</summary>
    public bool IsEmptyList => Children.Count == 0 && Text is { Length: 0 };

    public bool IsNull => IsDefined && Children.Count == 0 && Text is null;

    public bool IsList => Children.Count > 0 && Children.All(child => int.TryParse(child.Key, out _));
}
