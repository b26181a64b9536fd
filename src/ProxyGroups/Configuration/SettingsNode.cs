using Microsoft.Extensions.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>
/// One path of the configuration, seen through all layers. Values and lists come whole from the last layer that defines
/// them (.NET itself merges lists by index), sections are merged, and a null hides what earlier layers say.
/// </summary>
internal sealed class SettingsNode
{
    private readonly LayerNode[] _layers;

    private SettingsNode(string path, LayerNode[] layers) => (Path, _layers) = (path, layers);

    public string Path { get; }

    /// <summary>The layers that say something here, first to last.</summary>
    public IReadOnlyList<LayerNode> Layers => _layers;

    public NodeKind Kind => _layers.LastOrDefault() switch
    {
        null => NodeKind.Missing,
        { Children.Count: > 0 } => NodeKind.Section,
        { Text: null } => NodeKind.Null,
        _ => NodeKind.Value,
    };

    public string? Text => _layers.LastOrDefault()?.Text;

    /// <summary>Keys of all layers, each once in its first spelling.</summary>
    public IEnumerable<string> Keys => _layers
        .SelectMany(layer => layer.Children)
        .Select(child => child.Key)
        .Distinct(StringComparer.OrdinalIgnoreCase);

    public static SettingsNode Open(IConfiguration configuration, string path)
    {
        var providers = configuration is IConfigurationRoot root
            ? root.Providers
            : [new ChainedConfigurationProvider(new ChainedConfigurationSource { Configuration = configuration })];
        return new(path, Defined(providers.Select(provider => LayerNode.Read(provider, path))));
    }

    /// <summary>A part that a null in a later layer unsets.</summary>
    public SettingsNode Child(string key)
    {
        var node = Part(key);
        var lastNull = Array.FindLastIndex(node._layers, layer => layer.IsNull);
        return new(node.Path, node._layers[Math.Max(0, lastNull)..]);
    }

    /// <summary>A part that only its own members can unset, because null and <c>{}</c> look the same here.</summary>
    public SettingsNode Part(string key) => new($"{Path}:{key}", Defined(_layers.Select(layer => layer.Child(key))));

    /// <summary>The members of a list, all from the last layer; null: this is no list.</summary>
    public IReadOnlyList<SettingsNode>? Items()
    {
        var last = _layers.LastOrDefault();
        if (last is null || last.IsEmptyList)
        {
            return [];
        }

        return last.IsList
            ? [.. last.Children.OrderBy(child => int.Parse(child.Key, null)).Select(child => new SettingsNode($"{Path}:{child.Key}", [child.Value]))]
            : null;
    }

    private static LayerNode[] Defined(IEnumerable<LayerNode?> layers) => [.. layers.OfType<LayerNode>().Where(layer => layer.IsDefined)];
}
