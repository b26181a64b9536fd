using System.Net;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Groups of workers that serve no HTTP: supervised like all others.</summary>
public sealed class BackgroundTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Background_workers_run_beside_the_apps_are_replaced_and_stopped_politely()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var file = Path.Combine(root, "log");
        await using var frontDoor = await FrontDoorProcess.StartAsync(Background(file, processes: 2), root);
        await frontDoor.WaitForReadyAsync(2);
        Assert.Equal(HttpStatusCode.NotFound, (await frontDoor.Client.GetAsync("/mailer/", Token)).StatusCode);
        var group = await frontDoor.GroupAsync("mailer", Token);
        Assert.Equal(("running", 0), (group.GetProperty("state").GetString(), group.GetProperty("slots").GetInt32()));

        Poll.Kill((await frontDoor.PidsAsync("mailer", Token))[0]);
        await frontDoor.WaitForReadyAsync(3);
        var pids = await frontDoor.PidsAsync("mailer", Token);
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        var lines = await File.ReadAllLinesAsync(file, Token);
        Assert.Equal(3, lines.Count(static line => line.StartsWith("began", StringComparison.Ordinal)));
        Assert.Equal(pids.Select(static pid => $"stopped {pid}").Order(), lines.Where(static line => line.StartsWith("stopped", StringComparison.Ordinal)).Order());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_that_speaks_is_ready_when_it_says_so_and_changed_settings_roll_it()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var file = Path.Combine(root, "log");
        var site = Background(file, processes: 1, "notify");
        site.Group("mailer")["Readiness"] = JsonNode.Parse("""{ "Notify": true }""");
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, root);
        await Poll.UntilAsync(() => Poll.LinesOf(file) == 1, "the first line", Token);
        Assert.Equal("starting", (await frontDoor.GroupAsync("mailer", Token)).GetProperty("state").GetString());
        await File.WriteAllTextAsync(file + ".go-on", string.Empty, Token);
        await frontDoor.WaitForReadyAsync();

        site.Group("mailer")["Environment"] = new JsonObject { ["COLOUR"] = "new" };
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await Poll.UntilAsync(() => Poll.LinesOf(file) == 3, "the end of the old worker", Token);
        var lines = await File.ReadAllLinesAsync(file, Token);
        Assert.Equal(lines[0].Replace("began", "stopped", StringComparison.Ordinal), lines[2]);
        Assert.StartsWith("began", lines[1], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_ends_within_its_first_second_has_not_started()
    {
        var site = Site.Of(("mailer", new { Command = "sh -c 'echo no queue; exit 7'", Serves = false }));
        site["ReverseProxy"]!["Routes"]!.AsObject().Clear();
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        var line = await frontDoor.WaitForLogAsync(static line => line.Contains("did not start", StringComparison.Ordinal));
        Assert.Contains("(step Settle, ", line, StringComparison.Ordinal);
        Assert.Contains("exit code 7", line, StringComparison.Ordinal);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group mailer is failing", StringComparison.Ordinal));
        Assert.Equal("failing", (await frontDoor.GroupAsync("mailer", Token)).GetProperty("state").GetString());
    }

    private static JsonObject Background(string file, int processes, params string[] arguments)
    {
        string[] command = [TestApps.Python, "worker.py", file, .. arguments];
        var site = Site.Of(("mailer", new { Directory = TestApps.Folder("background"), Command = command, Serves = false, Processes = processes }));
        site["ReverseProxy"]!["Routes"]!.AsObject().Clear();
        return site;
    }
}
