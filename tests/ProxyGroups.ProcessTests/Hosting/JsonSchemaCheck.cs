using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>
/// Holds answers against the schemas of an OpenAPI document, deeply: types, required and unknown fields, values. A word of JSON Schema that it does not
/// know, and a reference that leads nowhere, are faults of the document.
/// </summary>
internal sealed class JsonSchemaCheck(JsonElement document)
{
    private static readonly string[] Known = ["$ref", "$comment", "default", "type", "format", "pattern", "enum", "items", "properties", "required"];

    /// <summary>The schema of an answer: that of its status, or the default one.</summary>
    public JsonElement OfAnswer(string method, string path, int status)
    {
        var responses = document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");
        return (responses.TryGetProperty($"{status}", out var known) ? known : responses.GetProperty("default")).GetProperty("content").EnumerateObject().Single().Value.GetProperty("schema");
    }

    /// <summary>What is wrong with a value, each with its place.</summary>
    public IEnumerable<string> Look(JsonElement schema, JsonElement value, string place = "$")
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return [];
        }

        if (schema.EnumerateObject().FirstOrDefault(static word => !Known.Contains(word.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            return [$"{place}: the schema says {unknown.Name}, which this check does not know"];
        }

        return schema.TryGetProperty("$ref", out var reference)
            ? Find(reference.GetString()!) is { } found ? Look(found, value, place) : [$"{place}: {reference} leads nowhere"]
            : [.. LookAtItself(schema, value, place), .. LookInside(schema, value, place)];
    }

    private static IEnumerable<string> LookAtItself(JsonElement schema, JsonElement value, string place)
    {
        if (schema.TryGetProperty("type", out var types) && !Words(types).Any(type => IsOf(type, value)))
        {
            yield return $"{place}: {value.GetRawText()} is none of {types}";
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(each => JsonElement.DeepEquals(each, value)))
        {
            yield return $"{place}: {value.GetRawText()} is none of {values}";
        }

        if (schema.TryGetProperty("pattern", out var pattern) && value.ValueKind == JsonValueKind.String && !Regex.IsMatch(value.GetString()!, pattern.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return $"{place}: {value.GetRawText()} does not match {pattern}";
        }
    }

    private IEnumerable<string> LookInside(JsonElement schema, JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return schema.TryGetProperty("items", out var items) ? value.EnumerateArray().SelectMany((item, number) => Look(items, item, $"{place}[{number}]")) : [$"{place}: nothing is said of its items"];
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
        {
            return [];
        }

        var missing = schema.TryGetProperty("required", out var required) ? Words(required).Where(name => !value.TryGetProperty(name, out _)) : [];
        return
        [
            .. missing.Select(name => $"{place}.{name} is missing"),
            .. value.EnumerateObject().SelectMany(field => properties.TryGetProperty(field.Name, out var inner) ? Look(inner, field.Value, $"{place}.{field.Name}") : [$"{place}.{field.Name} is not in the document"]),
        ];
    }

    private JsonElement? Find(string reference)
    {
        var found = document;
        return reference.Split('/') is ["#", .. var steps] && steps.All(step => found.ValueKind == JsonValueKind.Object && found.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal), out found)) ? found : null;
    }

    private static IEnumerable<string> Words(JsonElement words) => words.ValueKind == JsonValueKind.Array ? words.EnumerateArray().Select(static word => word.GetString()!) : [words.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDecimal() == decimal.Truncate(value.GetDecimal()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(type, value.ValueKind.ToString(), StringComparison.OrdinalIgnoreCase),
    };
}
