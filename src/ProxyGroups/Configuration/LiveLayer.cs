using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace ProxyGroups.Configuration;

/// <summary>
/// Settings given while the front door runs: a layer above the settings files and below environment variables. What is saved lies in a
/// file of its own beside the first settings file, so that the person's file and its comments stay theirs; the rest ends with the front door.
/// </summary>
internal sealed class LiveLayer(string path) : ConfigurationProvider, IConfigurationSource
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private Dictionary<string, string?> _unsaved = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>appsettings.live.json, where the settings are in appsettings.json.</summary>
    public string Path { get; } = path;

    /// <summary>Adds the layer where there is a settings file. Without one there is no place that is the operator's for sure; a stream cannot be read twice, which a layer between others needs.</summary>
    public static void AddTo(IConfiguration configuration)
    {
        if (configuration is not IConfigurationBuilder builder || builder.Sources.Any(static source => source is StreamConfigurationSource))
        {
            return;
        }

        var files = builder.Sources.OfType<JsonConfigurationSource>().Where(static source => source is { FileProvider: not null, Path: not null }).ToList();
        if (files.Select(static source => source.FileProvider!.GetFileInfo(source.Path!)).FirstOrDefault(static file => file.Exists)?.PhysicalPath is { } first)
        {
            builder.Sources.Insert(builder.Sources.IndexOf(files[^1]) + 1, new LiveLayer(System.IO.Path.ChangeExtension(first, ".live.json")));
        }
    }

    public static LiveLayer? Find(IConfiguration configuration) => SettingsFiles.Providers(configuration).OfType<LiveLayer>().FirstOrDefault();

    /// <summary>Nothing but the live layer speaks of this path: what it changes has been removed from the settings.</summary>
    public static bool HoldsAlone(IConfiguration configuration, string path) => Find(configuration) is not null
        && !SettingsFiles.Providers(configuration).Any(provider => provider is not LiveLayer && (provider.TryGet(path, out _) || provider.GetChildKeys([], path).Any()));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public override void Load()
    {
        var saved = ReadFile();
        foreach (var (key, value) in _unsaved)
        {
            Put(saved, key, value);
        }

        Data = saved;
    }

    /// <summary>It says something of this whole key.</summary>
    public bool Holds(string key) => Data.ContainsKey(key);

    /// <summary>Sets values by their whole keys, null for none of its own, and gives what takes that back.</summary>
    public Action Change(IReadOnlyDictionary<string, string?> values)
    {
        var (unsaved, data) = (_unsaved, Data);
        _unsaved = new(_unsaved, StringComparer.OrdinalIgnoreCase);
        Data = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in values)
        {
            // One that is saved, and taken back for now, is none until the next start.
            _unsaved[key] = value;
            Put(Data, key, value);
        }

        return () => (_unsaved, Data) = (unsaved, data);
    }

    /// <summary>Writes what was changed to the file, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it.</exception>
    /// <exception cref="InvalidDataException">What is there cannot be read, so it is left as it is.</exception>
    public void Save(IReadOnlyDictionary<string, string?> values)
    {
        var root = ReadJson();
        foreach (var (key, value) in values)
        {
            Put(root, key.Split(':'), value);
            _unsaved.Remove(key);
        }

        var written = $"{Path}.{Guid.NewGuid():N}";
        try
        {
            // A new file, so no link that stands there is followed.
            using (var file = new FileStream(written, FileMode.CreateNew))
            {
                JsonSerializer.Serialize(file, root, Indented);
                file.Flush(flushToDisk: true);
            }

            File.Move(written, Path, overwrite: true);
        }
        catch
        {
            // On a full disk half of it is there, and takes the last room.
            File.Delete(written);
            throw;
        }
    }

    private Dictionary<string, string?> ReadFile()
    {
        try
        {
            using var stream = Open();
            var pairs = stream is null ? [] : new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable().Where(static pair => pair.Value is not null);
            return new(pairs, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or JsonException)
        {
            throw Unreadable(exception);
        }
    }

    private JsonObject ReadJson()
    {
        var options = new JsonNodeOptions { PropertyNameCaseInsensitive = true };
        try
        {
            using var stream = Open();
            return stream is null ? new JsonObject(options) : JsonNode.Parse(stream, options, Lenient) as JsonObject ?? throw new JsonException("It holds no object.");
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    // Who opens a pipe waits for its other end, and a device may have none: neither has a length, and no JSON has none.
    private FileStream? Open()
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        var file = new FileInfo(Path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length > 0 ? File.OpenRead(Path) : throw new JsonException("It is empty, or no regular file.");
    }

    private InvalidDataException Unreadable(Exception exception) =>
        new($"{Path}, which holds settings given by command, cannot be read: {exception.Message.TrimEnd('.')}. Correct it or remove it.", exception);

    private static void Put(IDictionary<string, string?> data, string key, string? value)
    {
        if (value is null)
        {
            data.Remove(key);
        }
        else
        {
            data[key] = value;
        }
    }

    // What is left empty goes as well: nothing of it is meant any more.
    private static void Remove(JsonObject section, ReadOnlySpan<string> keys)
    {
        if (keys.Length > 1 && section[keys[0]] is JsonObject inner)
        {
            Remove(inner, keys[1..]);
        }

        if (keys.Length == 1 || section[keys[0]] is JsonObject { Count: 0 })
        {
            section.Remove(keys[0]);
        }
    }

    private static void Put(JsonObject section, ReadOnlySpan<string> keys, string? value)
    {
        if (value is null)
        {
            Remove(section, keys);
            return;
        }

        if (keys.Length == 1)
        {
            section[keys[0]] = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(value);
            return;
        }

        if (section[keys[0]] is not JsonObject inner)
        {
            section[keys[0]] = inner = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true });
        }

        Put(inner, keys[1..], value);
    }
}
