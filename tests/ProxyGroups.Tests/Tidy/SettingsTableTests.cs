using System.Text.Json.Nodes;

namespace ProxyGroups.Tests.Tidy;

/// <summary>The README's settings table says what the schema says, which says what the records say.</summary>
public sealed class SettingsTableTests
{
    private const string Head = "| setting | meaning, unit, default, range |\n|---|---|\n";

    [Fact]
    public void The_readme_lists_every_setting_in_the_words_of_its_record()
    {
        var definitions = JsonNode.Parse(Repository.Read("src", "proxygroups.schema.json"))!["definitions"]!.AsObject();
        var rows = Rows(definitions, "ProxyGroups", string.Empty).Concat(Rows(definitions, "ApplicationGroup", "ApplicationGroups:NAME:")).Concat(Rows(definitions, "ProcessGroup", string.Empty));
        var table = Head + string.Concat(rows.Select(static row => $"| `{row.Path}` | {row.Text} |\n"));
        Assert.True(Repository.Read("README.md").Contains(table, StringComparison.Ordinal), "The README's table must read:\n" + table);
    }

    private static IEnumerable<(string Path, string Text)> Rows(JsonObject definitions, string definition, string prefix)
    {
        foreach (var (name, property) in definitions[definition]!["properties"]!.AsObject())
        {
            if (Reference(property!) is { } inner && definitions[inner]!["properties"] is not null)
            {
                foreach (var row in inner == "ProcessGroup" ? [] : Rows(definitions, inner, prefix + name + ":"))
                {
                    yield return row;
                }
            }
            else if (name is not ("ProcessGroups" or "ApplicationGroups"))
            {
                yield return (prefix + name, property!["description"]!.GetValue<string>().Replace("|", "\\|", StringComparison.Ordinal));
            }
        }
    }

    private static string? Reference(JsonNode property)
    {
        var reference = property["$ref"] ?? property["anyOf"]?[0]?["$ref"] ?? property["allOf"]?[0]?["$ref"];
        return reference?.GetValue<string>().Split('/')[^1];
    }
}
