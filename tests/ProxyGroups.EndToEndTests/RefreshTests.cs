using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Workers that have written to what they shared get a fresh generation by themselves, under load, and no request is lost.</summary>
public sealed class RefreshTests : PreloadScene
{
    private const int Workers = 4;
    private const long Held = 60_000_000;

    // A worker that is asked for /write copies every page of what the app holds.
    private static readonly string App = $$"""
        import json, os
        held = bytearray({{Held}})
        home = os.getpid()
        def application(environ, start_response):
            if "write" in environ["PATH_INFO"]:
                for page in range(0, len(held), 4096):
                    held[page] = 1
            start_response("200 OK", [])
            return [json.dumps({"pid": os.getpid(), "home": home}).encode()]
        """;

    private static readonly string[] Groups = ["one", "two"];

    [Fact(Timeout = 180_000)]
    public async Task What_requests_have_eroded_is_shared_again_in_a_generation_that_begins_by_itself()
    {
        Write("app.py", App);
        var group = new { ApplicationGroup = "python", Wsgi = "app:application", TestApps.Python, PreloadApp = true, Processes = 2, Threads = 2, Environment = PythonVariables };
        var site = Site.Of(("one", group), ("two", group));
        site["ProxyGroups"]!["ApplicationGroups"] = JsonNode.Parse("""{ "python": { "Refresh": true, "RefreshAfter": "2s" } }""");
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, Root, new Dictionary<string, string> { ["Logging__LogLevel__ProxyGroups.Groups"] = "Debug" });
        await frontDoor.WaitForReadyAsync(Workers);
        await using var one = Storm.Begin(frontDoor, "/one/");
        await using var two = Storm.Begin(frontDoor, "/two/");
        await frontDoor.WaitForLogAsync(static line => line.Contains("Application group python: sharing saves", StringComparison.Ordinal));
        var young = await PidsAsync(frontDoor);
        var homes = young.Select(ProcessTree.ParentOf).ToHashSet();
        var shared = Used(young);

        await WriteAsync(frontDoor, young);
        Assert.InRange(Used(young) - shared, Workers * Held * 9 / 10, Workers * Held * 11 / 10);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Application group python is refreshed: a fresh generation of its process groups is taken to save ", StringComparison.Ordinal));
        await Poll.UntilAsync(() => !young.Concat(homes).Any(Poll.IsAlive), "the end of the old generation", Token, seconds: 60);
        await one.AssertNothingFailedAsync();
        await two.AssertNothingFailedAsync();

        var fresh = await PidsAsync(frontDoor);
        Assert.Equal(Workers, fresh.Count);
        Assert.DoesNotContain(fresh.Select(ProcessTree.ParentOf), homes.Contains);
        Assert.InRange(Used(fresh), 0, shared + (Held / 2));
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("ended unexpectedly", StringComparison.Ordinal) || line.Contains("start plainly", StringComparison.Ordinal));
    }

    private static async Task<List<int>> PidsAsync(FrontDoorProcess frontDoor) => [.. await frontDoor.PidsAsync("one", Token), .. await frontDoor.PidsAsync("two", Token)];

    // Until each of them has answered.
    private static async Task WriteAsync(FrontDoorProcess frontDoor, IReadOnlyCollection<int> workers)
    {
        var written = new HashSet<int>();
        while (!written.IsSupersetOf(workers))
        {
            foreach (var group in Groups)
            {
                var facts = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => FactsAsync(frontDoor, group + "/write")));
                written.UnionWith(facts.Select(static fact => Number(fact, "pid")));
            }
        }
    }

    // With all that they are forked from.
    private static long Used(IReadOnlyCollection<int> workers) => workers.Concat(workers.Select(ProcessTree.ParentOf)).Distinct().Sum(ProportionalOf);
}
