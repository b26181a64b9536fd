using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>What the apps of an application group load in common is learned from their workers, proposed, and shared where the settings say so.</summary>
public sealed class LearnedPreloadTests : PreloadScene
{
    private const int RequestsUntilReport = 100;

    private const string App = """
        import json, os, sys
        found = "flask" in sys.modules
        import flask
        import own
        application = flask.Flask(__name__)
        @application.route("/")
        def index():
            import decimal
            return json.dumps({"pid": os.getpid(), "parent": os.getppid(), "found": found, "own": own.name, "secret": os.environ["SECRET"]})
        """;

    public LearnedPreloadTests()
    {
        foreach (var name in new[] { "one", "two" })
        {
            Write($"{name}/app.py", App);
            Write($"{name}/own.py", $"name = '{name}'\n");
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task The_next_generation_is_forked_with_what_its_apps_have_loaded_and_so_are_those_of_the_next_front_door()
    {
        await using (var frontDoor = await StartAsync("learn"))
        {
            Assert.All(await LearnAsync(frontDoor), facts => Assert.Equal((frontDoor.Pid, false), (Number(facts, "parent"), facts.GetProperty("found").GetBoolean())));
            Assert.Contains("Restart the groups to have it now", await StatusAsync(), StringComparison.Ordinal);
            frontDoor.Signal("HUP");
            await frontDoor.WaitForLogAsync(" is ready", 4);
            await AssertSharedAsync(frontDoor);
            await AssertCodeToldAsync(frontDoor);
            Assert.Contains("one, two share what", await StatusAsync(), StringComparison.Ordinal);
        }

        await using (var frontDoor = await StartAsync("learn"))
        {
            await AssertSharedAsync(frontDoor);
            await AssertCodeToldAsync(frontDoor);
        }
    }

    [Fact(Timeout = 90_000)]
    public async Task Without_learn_it_is_proposed_with_what_it_would_save_and_nothing_changes()
    {
        IReadOnlyList<string> modules;
        await using (var frontDoor = await StartAsync(null))
        {
            modules = await ProposedAsync(frontDoor);
            frontDoor.Signal("HUP");
            await frontDoor.WaitForLogAsync(" is ready", 4);
            Assert.False((await FactsAsync(frontDoor, "one")).GetProperty("found").GetBoolean());
        }

        // It can be written into the settings as it is.
        await using (var frontDoor = await StartAsync(null, modules))
        {
            await AssertSharedAsync(frontDoor);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Nothing_is_tried_that_a_cap_on_memory_has_no_room_for_until_there_is()
    {
        var site = SiteOf("learn");
        var python = site["ProxyGroups"]!["ApplicationGroups"]!["python"]!;
        python["MaxMemory"] = "120MiB";
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, Root);
        await AskAsync(frontDoor);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Application group python: which modules can be shared is not tried, since what is free below its bounds on memory leaves", StringComparison.Ordinal));
        python["MaxMemory"] = "1GiB";
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings taken", StringComparison.Ordinal));
        frontDoor.Signal("HUP");
        // Until then one of the hundred requests might go to a worker that has told already.
        await frontDoor.WaitForLogAsync(" ended: exit code 0", 2);
        await LearnAsync(frontDoor);
    }

    private async Task<IReadOnlyList<string>> ProposedAsync(FrontDoorProcess frontDoor)
    {
        await LearnAsync(frontDoor);
        var learned = Json((await FrontDoorProcess.RunToEndAsync(["status", "--json"], Root)).Output).GetProperty("learned")[0];
        Assert.Equal(["one", "two"], Texts(learned, "groups"));
        Assert.Empty(Texts(learned, "users"));
        Assert.Equal(learned.GetProperty("size").GetInt64(), learned.GetProperty("saving").GetInt64());
        Assert.InRange(learned.GetProperty("size").GetInt64(), 3 << 20, 100 << 20);
        Assert.DoesNotContain(Texts(learned, "modules"), static module => module is "app" or "own");
        Assert.Contains("application group python: one, two could share what", await StatusAsync(), StringComparison.Ordinal);
        return Texts(learned, "modules");
    }

    private static IReadOnlyList<string> Texts(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static async Task<IReadOnlyList<JsonElement>> AskAsync(FrontDoorProcess frontDoor)
    {
        for (var request = 1; request < RequestsUntilReport; request++)
        {
            await Task.WhenAll(FactsAsync(frontDoor, "one"), FactsAsync(frontDoor, "two"));
        }

        return await Task.WhenAll(FactsAsync(frontDoor, "one"), FactsAsync(frontDoor, "two"));
    }

    private static async Task<IReadOnlyList<JsonElement>> LearnAsync(FrontDoorProcess frontDoor)
    {
        var last = await AskAsync(frontDoor);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Application group python: its apps load modules in common", StringComparison.Ordinal));
        return last;
    }

    private static async Task AssertSharedAsync(FrontDoorProcess frontDoor)
    {
        var (one, two) = (await FactsAsync(frontDoor, "one"), await FactsAsync(frontDoor, "two"));
        Assert.All([one, two], facts => Assert.True(facts.GetProperty("found").GetBoolean()));
        Assert.NotEqual(frontDoor.Pid, Number(one, "parent"));
        Assert.Equal(Number(one, "parent"), Number(two, "parent"));
        Assert.Equal(("one", "of one", "two", "of two"), (one.GetProperty("own").GetString(), one.GetProperty("secret").GetString(), two.GetProperty("own").GetString(), two.GetProperty("secret").GetString()));
    }

    // What workers are forked from knows which code they run.
    private static async Task AssertCodeToldAsync(FrontDoorProcess frontDoor)
    {
        var variables = await File.ReadAllTextAsync($"/proc/{Number(await FactsAsync(frontDoor, "one"), "parent")}/environ", Token);
        var code = Assert.Single(variables.Split('\0'), static variable => variable.StartsWith("PROXYGROUPS_LEARNED_CODE=", StringComparison.Ordinal));
        Assert.Matches(@"[= ]flask\.app:\d+", code);
    }

    private async Task<string> StatusAsync() => (await FrontDoorProcess.RunToEndAsync(["status"], Root)).Output;

    private Task<FrontDoorProcess> StartAsync(string? preload, IReadOnlyList<string>? modules = null) => FrontDoorProcess.StartAsync(SiteOf(preload, modules), Root);

    private JsonObject SiteOf(string? preload, IReadOnlyList<string>? modules = null)
    {
        var site = Site.Of(("one", Group("one")), ("two", Group("two")));
        site["ProxyGroups"]!["ApplicationGroups"] = new JsonObject { ["python"] = new JsonObject { ["Preload"] = modules is null ? preload : JsonSerializer.SerializeToNode(modules) } };
        return site;
    }

    private object Group(string directory) =>
        new { ApplicationGroup = "python", Directory = directory, Wsgi = "app:application", TestApps.Python, Threads = 2, Environment = Merge(PythonVariables, new { SECRET = "of " + directory }) };
}
