using System.Text.Encodings.Web;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ProxyGroups.Configuration;

namespace ProxyGroups.Tests.Configuration;

/// <summary>Writes the JSON schema of the settings file from the records and their documentation.</summary>
internal sealed partial class SchemaGenerator
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, (long Min, long Max)> Ranges = new()
    {
        ["ProcessGroupSettings.Processes"] = SettingsRanges.Processes,
        ["ProcessGroupSettings.MaxProcesses"] = SettingsRanges.MaxProcesses,
        ["ProcessGroupSettings.Threads"] = SettingsRanges.Threads,
        ["QueueSettings.Limit"] = SettingsRanges.QueueLimit,
        ["RecycleSettings.MaxRequests"] = SettingsRanges.MaxRequests,
        ["RestartSettings.MaxSurge"] = SettingsRanges.MaxSurge,
        ["RestartSettings.MaxUnavailable"] = SettingsRanges.MaxUnavailable,
        ["WorkerSettings.Nice"] = SettingsRanges.Nice,
        ["ProxyGroupsSettings.MaxProcesses"] = SettingsRanges.MachineProcesses,
        ["ApplicationGroupSettings.MaxProcesses"] = SettingsRanges.MachineProcesses,
        ["LogSettings.Keep"] = SettingsRanges.KeptLogs,
        ["AccessLogSettings.Keep"] = SettingsRanges.KeptLogs,
        ["WorkerSettings.CpuSeconds"] = SettingsRanges.CpuSeconds,
        ["WorkerSettings.OpenFiles"] = SettingsRanges.OpenFiles,
        ["GroupSettings.CpuWeight"] = SettingsRanges.CpuWeight,
        ["GroupSettings.Tasks"] = SettingsRanges.Tasks,
    };

    /// <summary>Defaults that depend on other settings; their documentation says how.</summary>
    private static readonly string[] Computed = ["ProcessGroupSettings.MaxProcesses", "QueueSettings.Limit", "TimeoutSettings.Drain"];

    private readonly Dictionary<string, XElement> _docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ProxyGroups.xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    public string Generate()
    {
        var definitions = new JsonObject();
        Define(typeof(ProxyGroupsSettings), definitions);
        var ours = definitions["ProxyGroups"]!["properties"]!.AsObject();
        ours["Defaults"] = new JsonObject { ["$ref"] = "#/definitions/ProcessGroup" };
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Settings of a ProxyGroups front door",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["ProxyGroups"] = new JsonObject { ["$ref"] = "#/definitions/ProxyGroups" },
                ["ReverseProxy"] = new JsonObject
                {
                    ["type"] = "object",
                    ["description"] = "YARP's own section, with all of its features. The ClusterId of a route is the name of a process group.",
                },
            },
            ["definitions"] = definitions,
        }.ToJsonString(Indented) + "\n";
    }

    public static IEnumerable<PropertyInfo> Properties(Type record) => record
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is not null);

    public static string NameOf(Type record) => record.Name[..^"Settings".Length];

    private void Define(Type record, JsonObject definitions)
    {
        var (properties, defaults) = (new JsonObject(), Activator.CreateInstance(record)!);
        definitions[NameOf(record)] = new JsonObject
        {
            ["type"] = new JsonArray("object", "null"),
            ["description"] = Describe($"T:{record.FullName}"),
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        foreach (var property in Properties(record))
        {
            properties[property.Name] = IsRecord(property.PropertyType)
                ? new JsonObject { ["$ref"] = $"#/definitions/{NameOf(property.PropertyType)}" }
                : Describe(property, defaults);
            if (IsRecord(property.PropertyType))
            {
                Define(property.PropertyType, definitions);
            }
        }

        if (record == typeof(ProxyGroupsSettings))
        {
            Define(typeof(ApplicationGroupSettings), definitions);
            Define(typeof(ProcessGroupSettings), definitions);
            Define(typeof(AppSettings), definitions);
        }
    }

    private JsonObject Describe(PropertyInfo property, object defaults)
    {
        var (record, name) = (property.DeclaringType!, $"{property.DeclaringType!.Name}.{property.Name}");
        var schema = new JsonObject { ["description"] = Describe($"P:{record.FullName}.{property.Name}") };
        AddType(schema, property, name);
        if (!Computed.Contains(name) && Default(property.GetValue(defaults)) is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }

    private static void AddType(JsonObject schema, PropertyInfo property, string name)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        JsonObject text = new() { ["type"] = "string" };
        void Type(params string[] types) => schema["type"] = new JsonArray([.. types.Select(t => JsonValue.Create(t)), "null"]);
        if (name == "RecycleSettings.MaxRequests")
        {
            Type("integer", "string");
            (schema["minimum"], schema["maximum"]) = (Ranges[name].Min, Ranges[name].Max);
            schema["pattern"] = $"^{DurationText.Off}$";
        }
        else if (type == typeof(double))
        {
            Type("number");
            (schema["minimum"], schema["maximum"]) = name == "GroupSettings.Cpus" ? (SettingsRanges.LeastCpus, SettingsRanges.MostCpus) : (0, 0.5);
        }
        else if (type == typeof(bool))
        {
            Type("boolean");
        }
        else if (type == typeof(int))
        {
            Type("integer");
            (schema["minimum"], schema["maximum"]) = (Ranges[name].Min, Ranges[name].Max);
        }
        else if (type == typeof(TimeSpan) || type == typeof(long))
        {
            Type("string");
            schema["pattern"] = type == typeof(long) ? SizeText.Pattern : DurationText.Pattern;
        }
        else if (type.IsEnum || name == "HttpRequestSettings.Version")
        {
            var words = type.IsEnum ? Enum.GetNames(type).Select(word => word.ToLowerInvariant()) : ["1.1"];
            schema["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word)), null]);
        }
        else if (type == typeof(string))
        {
            Type("string");
            schema["minLength"] = 1;
        }
        else if (type == typeof(IReadOnlyList<string>))
        {
            Type(property.Name is "Command" or "Watch" or "Preload" ? ["array", "string"] : ["array"]);
            schema["items"] = text;
        }
        else if (type == typeof(IReadOnlyList<IReadOnlyList<string>>))
        {
            Type("array");
            schema["items"] = new JsonObject { ["type"] = "array", ["items"] = text, ["minItems"] = 1 };
        }
        else if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            Type("object", "array");
            schema["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") };
            schema["items"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[^=]+=" };
        }
        else if (type == typeof(IReadOnlyDictionary<string, AppSettings>))
        {
            Type("object");
            schema["propertyNames"] = new JsonObject { ["pattern"] = AppPath.Pattern };
            schema["additionalProperties"] = new JsonObject { ["anyOf"] = new JsonArray(text, new JsonObject { ["$ref"] = "#/definitions/App" }) };
        }
        else
        {
            Type("object");
            schema["propertyNames"] = new JsonObject { ["pattern"] = SettingsValidator.NamePattern };
            schema["additionalProperties"] = new JsonObject { ["$ref"] = $"#/definitions/{NameOf(type.GetGenericArguments()[1])}" };
        }
    }

    private static JsonNode? Default(object? value) => value switch
    {
        bool flag => flag,
        int number => number,
        double share => share,
        long bytes => SizeText.Format(bytes),
        TimeSpan time => DurationText.Format(time),
        Enum word => word.ToString().ToLowerInvariant(),
        string { Length: > 0 } text => text,
        _ => null,
    };

    private string Describe(string member) => string.Join(' ', _docs[member].Elements().Where(part => part.Name.LocalName is "summary" or "value").Select(Words));

    private static string Words(XElement element)
    {
        foreach (var reference in element.Descendants("see").ToList())
        {
            var name = reference.Attribute("cref")!.Value;
            reference.ReplaceWith(name.EndsWith("InfiniteTimeSpan", StringComparison.Ordinal) ? "infinite" : name[(name.LastIndexOf('.') + 1)..]);
        }

        return Blanks().Replace(element.Value, " ").Trim();
    }

    private static bool IsRecord(Type type) => type.Name.EndsWith("Settings", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
