using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxyGroups.EndToEndTests.Kit;
using static Microsoft.Playwright.Assertions;

namespace ProxyGroups.EndToEndTests;

/// <summary>What workers are forked from is seen, and counted in what they use together.</summary>
public sealed partial class PreloadMemoryTests : PreloadScene
{
    private const long MebiByte = 1 << 20;

    // What nobody writes to stays shared.
    private const string Hoard = "hoard = [bytes([n % 256]) * 1000000 for n in range(30)]\n";

    private const string App = """
        import json, os, shared
        home, above = os.getpid(), os.getppid()
        def application(environ, start_response):
            start_response("200 OK", [])
            return [json.dumps({"pid": os.getpid(), "home": home, "above": above}).encode()]
        """;

    // Much code, which the warm-up runs: it is copied to another place, and where it was nobody allocates.
    private const string Moved = """
        import types
        space = {}
        exec("def big(n):\n" + "    n += 1\n" * 8000, space)
        code = space["big"].__code__
        functions = [types.FunctionType(code.replace(co_name="big%d" % n), space) for n in range(200)]
        def application(environ, start_response):
            start_response("200 OK", [])
            return [b"%d" % sum(function is None for function in functions if function(1))]
        """;

    public PreloadMemoryTests()
    {
        Write("moved.py", Moved);
        Write("lib/shared.py", Hoard);
        Write("app.py", Hoard + App);
    }

    [Fact(Timeout = 120_000)]
    public async Task All_that_workers_are_forked_from_is_shown_and_counted_and_what_sharing_saves_is_what_plain_workers_would_use_more()
    {
        var site = Site.Of(("one", Group("python", preloadsApp: false)), ("two", Group("python", preloadsApp: true)), ("plain", Group(null, preloadsApp: false)));
        site["ProxyGroups"]!["ApplicationGroups"] = JsonNode.Parse("""{ "python": { "Preload": [ "shared" ] } }""");
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, Root);
        await frontDoor.WaitForReadyAsync(6);
        var (two, status) = (await FactsAsync(frontDoor, "two"), await StatusAsync());
        var parent = Assert.Single(status.GetProperty("applicationGroups").EnumerateArray());
        var detail = GroupOf(status, "two").GetProperty("detail");
        AssertPreloader(parent, Number(two, "above"), "shared");
        AssertPreloader(detail, Number(two, "home"), "app:application");

        int[] workers = [.. await frontDoor.PidsAsync("one", Token), .. await frontDoor.PidsAsync("two", Token)];
        var plain = (await frontDoor.PidsAsync("plain", Token)).Average(ProportionalOf);
        var sharing = parent.GetProperty("sharing");
        AssertNear(workers.Append(Number(two, "above")).Append(Number(two, "home")).Sum(ProportionalOf), sharing.GetProperty("used").GetInt64(), 4 * MebiByte);
        AssertNear(4 * plain, sharing.GetProperty("plain").GetInt64(), 12 * MebiByte);
        Assert.Equal(sharing.GetProperty("plain").GetInt64() - sharing.GetProperty("used").GetInt64(), sharing.GetProperty("saved").GetInt64());
        Assert.True(detail.GetProperty("sharing").GetProperty("saved").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, GroupOf(status, "plain").GetProperty("detail").GetProperty("sharing").ValueKind);

        var text = (await FrontDoorProcess.RunToEndAsync(["status"], Root)).Output;
        Assert.Matches($@"(?m)^python +{Number(two, "above")} +1 +[0-9.]+ s +[0-9]+ MiB +[0-9]+ MiB +ready +shared$", text);
        Assert.Matches($@"(?m)^app two +{Number(two, "home")} .*app:application$", text);
        Assert.Matches("(?m)^application group python: its workers use [0-9]+ MiB with all that they are forked from, [0-9]+ MiB less than plain workers$", text);
        Assert.Matches($@"(?m)^its app +{Number(two, "home")} ", (await FrontDoorProcess.RunToEndAsync(["status", "two"], Root)).Output);
        string[] console = [TestApps.Python, TestApps.Folder("console.py"), "terminal", "timeout", "--foreground", "--preserve-status", "--signal=INT", "10"];
        Assert.Matches($"application group python  [0-9]+ MiB, sharing saves [0-9]+ MiB  preloader {Number(two, "above")} ready", (await FrontDoorProcess.RunToEndThroughAsync(console, ["top"], Root)).Output);
        await using var top = await FrontDoorProcess.StartLivePageAsync(Root);
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(top.Address);
        await Expect(page.Locator(".parent.named > p")).ToContainTextAsync($"preloader pid {Number(two, "above")}, ready, generation 1");
        await Expect(page.Locator("[data-group='two'] .usage")).ToContainTextAsync($"preloader pid {Number(two, "home")}, ready");
        await Browser.AssertAccessibleAsync(page);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_no_plain_worker_would_have_is_not_taken_for_saved()
    {
        object Moved(bool preloadsApp) => new { Wsgi = "moved:application", TestApps.Python, PreloadApp = preloadsApp, Warmup = preloadsApp ? ["/"] : Array.Empty<string>(), Processes = 2, Environment = PythonVariables };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("forked", Moved(true)), ("plain", Moved(false))), Root);
        await frontDoor.WaitForReadyAsync(4);
        var sharing = GroupOf(await StatusAsync(), "forked").GetProperty("detail").GetProperty("sharing");
        var (forked, plain) = (await frontDoor.PidsAsync("forked", Token), await frontDoor.PidsAsync("plain", Token));
        Assert.True(forked.Sum(static pid => SizeOf(pid, "Anonymous:")) > plain.Sum(ProportionalOf) + (24 * MebiByte));
        AssertNear(plain.Sum(ProportionalOf), sharing.GetProperty("plain").GetInt64(), 12 * MebiByte);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_preloaders_hold_counts_in_the_cap_of_their_application_group_and_what_is_shared_counts_once()
    {
        var site = Site.Of(("one", Group("python", preloadsApp: false)), ("two", Group("python", preloadsApp: true)));
        site["ProxyGroups"]!["ApplicationGroups"] = JsonNode.Parse("""{ "python": { "Preload": [ "shared" ], "MaxMemory": "1GiB" } }""");
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, Root);
        await frontDoor.WaitForReadyAsync(4);
        var two = await FactsAsync(frontDoor, "two");
        site["ProxyGroups"]!["ApplicationGroups"]!["python"]!["MaxMemory"] = "60MiB";
        site.Group("one")["Processes"] = 3;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        var said = await frontDoor.WaitForLogAsync(static line => line.Contains("Group one wants 1 more worker: application group python's cap of 60MiB of memory", StringComparison.Ordinal));
        // Each holds its own 30 MB; the workers that were forked from it hold nothing of that.
        var sizes = Sizes().Matches(said).ToDictionary(static found => found.Groups[1].Value, static found => int.Parse(found.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        Assert.InRange(sizes["preloader of python"], 28, 50);
        Assert.InRange(sizes["preloader of app two"], 26, 45);
        Assert.InRange(sizes["two"], 1, 20);
        Assert.True(Poll.IsAlive(Number(two, "home")) && Poll.IsAlive(Number(two, "above")));
    }

    [GeneratedRegex("(preloader of python|preloader of app two|one|two) ([0-9]+)MiB")]
    private static partial Regex Sizes();

    private static void AssertPreloader(JsonElement owner, int pid, string imports)
    {
        var preloader = Assert.Single(owner.GetProperty("preloaders").EnumerateArray());
        Assert.Equal((pid, "ready", imports), (Number(preloader, "pid"), preloader.GetProperty("state").GetString(), preloader.GetProperty("imports")[0].GetString()));
        AssertNear(ProportionalOf(pid), preloader.GetProperty("pss").GetInt64(), 2 * MebiByte);
    }

    private static void AssertNear(double expected, double told, long tolerance) => Assert.InRange(told, expected - tolerance, expected + tolerance);

    private static JsonElement GroupOf(JsonElement status, string name) => status.GetProperty("groups").EnumerateArray().Single(group => group.GetProperty("name").GetString() == name);

    private async Task<JsonElement> StatusAsync()
    {
        using var status = JsonDocument.Parse((await FrontDoorProcess.RunToEndAsync(["status", "--json"], Root)).Output);
        return status.RootElement.Clone();
    }

    private JsonObject Group(string? applicationGroup, bool preloadsApp) =>
        Merge(new { ApplicationGroup = applicationGroup, Wsgi = "app:application", TestApps.Python, PreloadApp = preloadsApp, Processes = 2, Environment = PythonVariables }, null);
}
