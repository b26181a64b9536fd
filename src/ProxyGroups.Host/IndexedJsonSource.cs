using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace ProxyGroups.Host;

/// <summary>A JSON file of settings that knows what lies below each section. .NET's own goes through all keys each time it is asked, so that a thousand groups, each asked for its parts, cost a thousand times a thousand.</summary>
internal sealed class IndexedJsonSource : JsonConfigurationSource
{
    /// <summary>In the place of each JSON file.</summary>
    /// <param name="areWatched"><see cref="SettingsFolder"/> looks at them from then on.</param>
    public static void ReplaceIn(IList<IConfigurationSource> sources, bool areWatched = true)
    {
        var folders = new Dictionary<string, SettingsFolder>(StringComparer.Ordinal);
        for (var index = 0; index < sources.Count; index++)
        {
            if (sources[index] is JsonConfigurationSource file and not IndexedJsonSource)
            {
                sources[index] = new IndexedJsonSource
                {
                    FileProvider = file.FileProvider is PhysicalFileProvider { Root: var root } ? FolderOf(root) : file.FileProvider,
                    Path = file.Path!,
                    Optional = file.Optional,
                    ReloadOnChange = areWatched,
                    ReloadDelay = file.ReloadDelay,
                    OnLoadException = file.OnLoadException,
                };
            }
        }

        SettingsFolder FolderOf(string root) => folders.TryGetValue(root, out var folder) ? folder : folders[root] = new SettingsFolder(root, TimeProvider.System);
    }

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new Provider(this);
    }

    private sealed class Provider(JsonConfigurationSource source) : JsonConfigurationProvider(source)
    {
        private Index? _index;

        /// <exception cref="FormatException">The file is too large; it is not read.</exception>
        public override void Load(Stream stream)
        {
            if (SettingsSize.Fault(stream.Length) is { } fault)
            {
                throw new FormatException(fault);
            }

            base.Load(stream);
        }

        public override void Set(string key, string? value)
        {
            base.Set(key, value);
            _index = null;
        }

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
        {
            var data = Data;
            var index = _index;
            if (index is null || !ReferenceEquals(index.Data, data))
            {
                _index = index = new Index(data);
            }

            List<string> keys = [.. index.Below(parentPath), .. earlierKeys];
            keys.Sort(ConfigurationKeyComparer.Instance);
            return keys;
        }
    }

    /// <summary>Of one load.</summary>
    private sealed class Index
    {
        private readonly HashSet<string> _top = new(StringComparer.Ordinal);
        private readonly Dictionary<string, HashSet<string>> _below = new(StringComparer.OrdinalIgnoreCase);

        public Index(IDictionary<string, string?> data)
        {
            Data = data;
            foreach (var key in data.Keys)
            {
                Add(key);
            }
        }

        public IDictionary<string, string?> Data { get; }

        /// <param name="parentPath">Null: the top.</param>
        public HashSet<string> Below(string? parentPath) => parentPath is null ? _top : _below.GetValueOrDefault(parentPath) ?? [];

        private void Add(string key)
        {
            var (keys, start) = (_top, 0);
            while (start <= key.Length)
            {
                var end = key.IndexOf(ConfigurationPath.KeyDelimiter, start, StringComparison.Ordinal) is >= 0 and var at ? at : key.Length;
                keys.Add(key[start..end]);
                start = end + 1;
                if (start <= key.Length && !_below.TryGetValue(key[..end], out keys!))
                {
                    // By case, too: two spellings of one name are for the reader of settings to find.
                    _below[key[..end]] = keys = new HashSet<string>(StringComparer.Ordinal);
                }
            }
        }
    }
}
