using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace ProxyGroups.Admin.Api;

/// <summary>The document of the interface (OpenAPI 3.1), made of its own routes and of the types that it answers with, so that it cannot differ from them.</summary>
internal static class OpenApiDocument
{
    private const string Token = "token";
    private const string Problem = "application/problem+json";
    private const string Schemas = "#/components/schemas/";

    private static readonly JsonSerializerOptions Shapes = Prepare();

    public static JsonObject Of(IEnumerable<AdminRoute> routes)
    {
        var (paths, schemas) = (new JsonObject(), new JsonObject());
        foreach (var type in routes.Select(static route => route.Answer).Append(typeof(AdminProblem)).OfType<Type>().Where(static type => type != typeof(JsonObject)).Distinct())
        {
            schemas[type.Name] = Schema(type);
        }

        foreach (var path in routes.GroupBy(static route => route.Template))
        {
            paths[path.Key] = new JsonObject(path.Select(static route => KeyValuePair.Create(route.Method.ToLowerInvariant(), (JsonNode?)Operation(route))));
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "ProxyGroups admin interface", ["version"] = $"{AdminApi.Version}" },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "http://localhost", ["description"] = "On the Unix socket admin.sock in the runtime directory; where ProxyGroups:AdminEndpoint is set, at its Url too" }),
            ["components"] = new JsonObject { ["schemas"] = schemas, ["securitySchemes"] = new JsonObject { [Token] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "At AdminEndpoint:Url the token of AdminEndpoint:TokenFile. On the socket none: the kernel says who connects." } } },
            ["security"] = new JsonArray(new JsonObject { [Token] = new JsonArray() }, new JsonObject()),
            ["paths"] = paths,
        };
    }

    private static JsonObject Operation(AdminRoute route) => new()
    {
        ["summary"] = route.Summary,
        ["parameters"] = new JsonArray([.. route.PathParameter is { } name ? [Parameter(name, "path")] : Array.Empty<JsonNode>(), .. route.Query.Select(static name => Parameter(name, "query"))]),
        ["responses"] = new JsonObject
        {
            [route.Answer == typeof(CommandAnswer) ? "202" : "200"] = new JsonObject { ["description"] = route.Summary, ["content"] = Content(route.Answer) },
            ["default"] = new JsonObject { ["description"] = "Why not, and what to do", ["content"] = new JsonObject { [Problem] = new JsonObject { ["schema"] = Reference(typeof(AdminProblem)) } } },
        },
    };

    private static JsonObject Parameter(string name, string place) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["schema"] = new JsonObject { ["type"] = name == "pid" ? "integer" : "string" },
    };

    private static JsonObject Content(Type? answer) => answer is null
        ? new JsonObject { ["text/html"] = new JsonObject() }
        : new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(answer) } };

    private static JsonObject Reference(Type type) => type == typeof(JsonObject)
        ? new JsonObject { ["type"] = "object" }
        : new JsonObject { ["$ref"] = Schemas + type.Name };

    private static JsonNode Schema(Type type)
    {
        var schema = Shapes.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        Place(schema, Schemas + type.Name);
        return schema;
    }

    // What refers to a part of itself begins at its own root, and a reader of the document at the document's.
    private static void Place(JsonNode? node, string root)
    {
        if (node is JsonObject { } owner && owner["$ref"] is JsonValue reference)
        {
            owner["$ref"] = root + reference.GetValue<string>()[1..];
        }

        foreach (var inner in node switch { JsonObject fields => fields.Select(static field => field.Value), JsonArray items => items, _ => [] })
        {
            Place(inner, root);
        }
    }

    private static JsonSerializerOptions Prepare()
    {
        var options = new JsonSerializerOptions(SnapshotJson.Options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
