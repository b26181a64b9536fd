using System.Text.Json.Nodes;
using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class SchemaTests
{
    private static readonly (Type Record, SectionKeys Keys)[] Sections =
    [
        (typeof(ProxyGroupsSettings), KnownKeys.Root), (typeof(ApplicationGroupSettings), KnownKeys.ApplicationGroup), (typeof(ProcessGroupSettings), KnownKeys.Group), (typeof(AppSettings), KnownKeys.App),
        (typeof(AccessLogSettings), KnownKeys.AccessLog), (typeof(AdminEndpointSettings), KnownKeys.AdminEndpoint),
        (typeof(QueueSettings), KnownKeys.Queue), (typeof(TimeoutSettings), KnownKeys.Timeouts),
        (typeof(RecycleSettings), KnownKeys.Recycle), (typeof(WorkerSettings), KnownKeys.Worker), (typeof(GroupSettings), KnownKeys.Limits), (typeof(LogSettings), KnownKeys.Log), (typeof(BufferingSettings), KnownKeys.Buffering),
        (typeof(ReadinessSettings), KnownKeys.Readiness), (typeof(RestartSettings), KnownKeys.Restart),
        (typeof(MaintenanceSettings), KnownKeys.Maintenance), (typeof(HttpRequestSettings), KnownKeys.HttpRequest),
    ];

    private static string Committed { get; } = Path.Combine(Root(), "src", "proxygroups.schema.json");

    [Fact]
    public void The_schema_is_what_the_records_and_their_documentation_say()
    {
        var generated = new SchemaGenerator().Generate();
        if (!File.Exists(Committed) || File.ReadAllText(Committed) != generated)
        {
            var path = Path.Combine(Directory.CreateTempSubdirectory("proxygroups-schema-").FullName, "proxygroups.schema.json");
            File.WriteAllText(path, generated);
            Assert.Fail($"src/proxygroups.schema.json is out of date: cp {path} {Committed}");
        }
    }

    [Fact]
    public void Records_schema_and_reader_know_the_same_settings()
    {
        var definitions = JsonNode.Parse(File.ReadAllText(Committed))!["definitions"]!.AsObject();
        Assert.Equal(Sections.Select(section => SchemaGenerator.NameOf(section.Record)).Order(), definitions.Select(definition => definition.Key).Order());
        foreach (var (record, keys) in Sections)
        {
            var properties = SchemaGenerator.Properties(record).Select(property => property.Name);
            string[] expected = [.. record == typeof(ProxyGroupsSettings) ? properties.Append("Defaults") : properties];
            Assert.Equal(expected.Order(), keys.Known.Order());
            var definition = definitions[SchemaGenerator.NameOf(record)]!;
            Assert.Equal(expected.Order(), definition["properties"]!.AsObject().Select(property => property.Key).Order());
            Assert.False(definition["additionalProperties"]!.GetValue<bool>());
        }
    }

    /// <summary>What the schema calls the default is what a file gets that says nothing, and writing it changes nothing.</summary>
    [Fact]
    public void Defaults_in_the_schema_are_defaults_of_the_reader()
    {
        var definitions = JsonNode.Parse(File.ReadAllText(Committed))!["definitions"]!;
        var root = Defaults("ProxyGroups");
        root["ProcessGroups"] = new JsonObject { ["shop"] = Defaults("ProcessGroup") };
        root["AccessLog"] = Defaults("AccessLog");
        foreach (var (record, _) in Sections.Skip(6))
        {
            var name = definitions["ProcessGroup"]!["properties"]!.AsObject().Single(property => (string?)property.Value!["$ref"] == $"#/definitions/{SchemaGenerator.NameOf(record)}").Key;
            root["ProcessGroups"]!["shop"]![name] = Defaults(SchemaGenerator.NameOf(record));
        }

        var settings = Layers.Read(Layers.Of(new JsonObject { ["ProxyGroups"] = root }.ToJsonString()));
        Assert.Equal(Layers.Read(Layers.Of(Layers.Shop(""))), settings);

        JsonObject Defaults(string definition) => new(definitions[definition]!["properties"]!.AsObject()
            .Where(property => property.Value!["default"] is not null)
            .Select(property => KeyValuePair.Create(property.Key, property.Value!["default"]?.DeepClone())));
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "ProxyGroups.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
