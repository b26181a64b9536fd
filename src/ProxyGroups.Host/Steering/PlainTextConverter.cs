using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProxyGroups.Host.Steering;

/// <summary>Reads texts of an answer as a terminal may show them: apps, files and other people's requests stand behind them. Line breaks stay.</summary>
internal sealed class PlainTextConverter : JsonConverter<string>
{
    /// <summary>Of every answer that is shown in words.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Converters = { new PlainTextConverter() } };

    /// <summary>The same, with control characters (but tabs and line breaks) as \x1b.</summary>
    public static string PlainOf(string text) => text.Any(IsUnsafe)
        ? string.Concat(text.Select(static sign => IsUnsafe(sign) ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)sign:x2}") : $"{sign}"))
        : text;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString() is { } text ? PlainOf(text) : null;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    private static bool IsUnsafe(char sign) => char.IsControl(sign) && sign is not ('\t' or '\n');
}
