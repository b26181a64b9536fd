using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Settings of a front door: each group behind a prefix of its own name, which is stripped, and the overview.</summary>
internal static class Site
{
    public const string Overview = "/.proxygroups/overview";

    public static JsonObject Of(params (string Name, object Group)[] groups)
    {
        var (routes, settings) = (new JsonObject(), new JsonObject());
        foreach (var (name, group) in groups)
        {
            routes[name] = JsonSerializer.SerializeToNode(new
            {
                ClusterId = name,
                Match = new { Path = $"/{name}/{{**rest}}" },
                Transforms = new[] { new { PathRemovePrefix = $"/{name}" } },
            });
            settings[name] = JsonSerializer.SerializeToNode(group);
        }

        return new JsonObject
        {
            ["ReverseProxy"] = new JsonObject { ["Routes"] = routes },
            ["ProxyGroups"] = new JsonObject { ["Overview"] = Overview, ["ProcessGroups"] = settings },
        };
    }

    /// <summary>A route of one group, to add settings to.</summary>
    public static JsonObject Route(this JsonObject site, string name) => site["ReverseProxy"]!["Routes"]![name]!.AsObject();

    public static JsonObject Group(this JsonObject site, string name) => site["ProxyGroups"]!["ProcessGroups"]![name]!.AsObject();
}
