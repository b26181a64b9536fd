using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>A content root with Python apps that tell facts about the process that they run in, and modules in <c>lib</c> that can be preloaded.</summary>
public abstract class PreloadScene
{
    protected PreloadScene() => TestApps.LetOthersIn(Root);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Root { get; } = FrontDoorProcess.CreateContentRoot();

    protected object PythonVariables => new { PYTHONPATH = Path.Combine(Root, "lib"), PYTHONDONTWRITEBYTECODE = "1" };

    protected static async Task<JsonElement> FactsAsync(FrontDoorProcess frontDoor, string group)
    {
        using var facts = JsonDocument.Parse(await frontDoor.Client.GetStringAsync($"/{group}/", Token));
        return facts.RootElement.Clone();
    }

    protected static int Number(JsonElement facts, string name) => facts.GetProperty(name).GetInt32();

    /// <summary>Memory of a process, what it shares divided among those who share it, in bytes.</summary>
    protected static long ProportionalOf(int pid) => SizeOf(pid, "Pss:");

    /// <summary>In bytes, by the kernel's word for it (smaps_rollup of proc(5)).</summary>
    protected static long SizeOf(int pid, string kind) => 1024 * File.ReadLines($"/proc/{pid}/smaps_rollup").Where(line => line.StartsWith(kind, StringComparison.Ordinal))
        .Select(static line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).Single();

    /// <summary>The settings of a group, those of <paramref name="more"/> in place of its own.</summary>
    protected static JsonObject Merge(object group, object? more)
    {
        var merged = JsonSerializer.SerializeToNode(group)!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
        {
            merged[name] = value?.DeepClone();
        }

        return merged;
    }

    protected void Write(string file, string text)
    {
        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
