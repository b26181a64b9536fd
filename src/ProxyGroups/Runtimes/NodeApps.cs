using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>Recognises a Node.js app by the start script of its package.json.</summary>
internal static partial class NodeApps
{
    public static DetectedApp? StartScript(string directory, ICollection<string> hints)
    {
        var file = Path.Combine(directory, "package.json");
        if (!File.Exists(file))
            return null;
        try
        {
            using var package = JsonDocument.Parse(GuardedFile.ReadAllText(file));
            return FromScripts(package.RootElement, hints);
        }
        catch (JsonException error)
        {
            hints.Add($"package.json is no valid JSON: {error.Message}");
            return null;
        }
    }

    private static DetectedApp? FromScripts(JsonElement package, ICollection<string> hints)
    {
        if (Script(package, "start") is not { } start)
        {
            hints.Add("package.json has no start script");
            return null;
        }
        var hasHooks = Script(package, "prestart") is not null || Script(package, "poststart") is not null;
        return hasHooks || !PlainNode().IsMatch(start)
            ? new($"package.json has the start script \"{start}\"") { Command = ["npm", "start"] }
            : new($"package.json has the start script \"{start}\", which runs without npm and so spares a process per worker")
            {
                Command = start.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            };
    }

    private static string? Script(JsonElement package, string name) =>
        package.ValueKind == JsonValueKind.Object
        && package.TryGetProperty("scripts", out var scripts) && scripts.ValueKind == JsonValueKind.Object
        && scripts.TryGetProperty(name, out var script) && script.ValueKind == JsonValueKind.String
            ? script.GetString() : null;

    /// <summary>node and words without meaning to a shell.</summary>
    [GeneratedRegex(@"\A\s*node(?: +[\w./=:@-]+)+\s*\z")]
    private static partial Regex PlainNode();
}
