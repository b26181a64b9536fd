using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>New code and settings reach a group without a failed request, and bad ones change nothing until they are mended.</summary>
public sealed class DeployTests
{
    private const string App = """
        import os
        def application(environ, start_response):
            environ["wsgi.input"].read()
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"VERSION"]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task A_touched_file_brings_the_new_code_and_fails_no_request()
    {
        var (root, app) = await CreateAppAsync();
        await using var frontDoor = await StartAsync(root, new { Watch = "tmp/*.txt", Debounce = "200ms" }, processes: 3);
        await frontDoor.WaitForReadyAsync(3);
        await using var storm = Storm.Begin(frontDoor, "/app/");
        await DeployAsync(app, "two");
        await TouchAsync(app);
        await WaitForGenerationAsync(frontDoor, 2);
        await storm.AssertNothingFailedAsync();
        Assert.Equal("two", await frontDoor.Client.GetStringAsync("/app/", Token));
        Assert.Contains(frontDoor.Log, static line => line.Contains("tmp/restart.txt changed", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task Code_watches_the_sources_and_nothing_else()
    {
        var (root, app) = await CreateAppAsync();
        await using var frontDoor = await StartAsync(root, new { Watch = "code", Debounce = "100ms" });
        await frontDoor.WaitForReadyAsync();
        await DeployAsync(app, "two");
        await WaitForGenerationAsync(frontDoor, 2);
        Assert.Equal("two", await frontDoor.Client.GetStringAsync("/app/", Token));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bad_deploy_changes_nothing_says_why_and_completes_by_itself_once_it_is_mended(bool failsBefore)
    {
        var (root, app) = await CreateAppAsync();
        var before = new[] { new[] { TestApps.Python, "migrate.py" } };
        await File.WriteAllTextAsync(Path.Combine(app, "migrate.py"), "open('migrated', 'a').write('x')", Token);
        await using var frontDoor = await StartAsync(root, new { Watch = "tmp/restart.txt", Debounce = "100ms", Before = before }, processes: 2);
        await frontDoor.WaitForReadyAsync(2);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(app, "migrated"), Token));
        var pids = await frontDoor.PidsAsync("app", Token);

        await using var storm = Storm.Begin(frontDoor, "/app/");
        await (failsBefore
            ? File.WriteAllTextAsync(Path.Combine(app, "migrate.py"), "raise SystemExit('the table is locked')", Token)
            : File.WriteAllTextAsync(Path.Combine(app, "wsgi.py"), "def application(:", Token));
        await TouchAsync(app);
        var failure = await WaitForFailureAsync(frontDoor);
        Assert.Contains(failsBefore ? "migrate.py' ended with exit code 1" : "It exited before it was ready", failure.GetProperty("cause").GetString(), StringComparison.Ordinal);
        await frontDoor.WaitForLogAsync(line => line.Contains(failsBefore ? "the table is locked" : "SyntaxError", StringComparison.Ordinal));
        Assert.All(pids, static pid => Assert.True(Poll.IsAlive(pid)));

        await File.WriteAllTextAsync(Path.Combine(app, "migrate.py"), "open('migrated', 'a').write('x')", Token);
        await DeployAsync(app, "two");
        await WaitForGenerationAsync(frontDoor, 2);
        await storm.AssertNothingFailedAsync();
        Assert.Equal("two", await frontDoor.Client.GetStringAsync("/app/", Token));
        Assert.Equal("xx", await File.ReadAllTextAsync(Path.Combine(app, "migrated"), Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_step_that_leaves_something_behind_with_its_output_open_holds_nothing_up()
    {
        var (root, app) = await CreateAppAsync();
        string[] step = ["sh", "-c", "setsid sleep 600 & echo $! > left"];
        await using var frontDoor = await StartAsync(root, new { Before = new[] { step } });
        await frontDoor.WaitForReadyAsync();
        Assert.False(Poll.IsAlive(int.Parse(await File.ReadAllTextAsync(Path.Combine(app, "left"), Token), null)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_step_that_hangs_ends_when_the_settings_are_mended_or_the_group_is_stopped()
    {
        var (root, app) = await CreateAppAsync();
        await using var frontDoor = await StartAsync(root, new { });
        await frontDoor.WaitForReadyAsync();
        var plain = await File.ReadAllTextAsync(frontDoor.SettingsPath, Token);
        var hung = JsonNode.Parse(plain)!;
        hung["ProxyGroups"]!["ProcessGroups"]!["app"]!["Restart"]!["Before"] = JsonNode.Parse("""[ [ "sh", "-c", "echo $$ > step; exec sleep 600" ] ]""");
        var step = Path.Combine(app, "step");
        foreach (var mend in new Func<Task>[] { () => File.WriteAllTextAsync(frontDoor.SettingsPath, plain, Token), () => FrontDoorProcess.RunToEndAsync(["stop", "app"], root) })
        {
            File.Delete(step);
            await File.WriteAllTextAsync(frontDoor.SettingsPath, hung.ToJsonString(), Token);
            frontDoor.Signal("HUP");
            await Poll.UntilAsync(() => File.Exists(step) && new FileInfo(step).Length > 1, "the step", Token);
            var pid = int.Parse(await File.ReadAllTextAsync(step, Token), null);
            await mend();
            await Poll.UntilAsync(() => !Poll.IsAlive(pid), "the end of the step", Token);
        }

        await frontDoor.WaitForLogAsync(static line => line.Contains("ended, since Restart:Before has changed", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_step_whose_line_has_no_end_fills_no_memory()
    {
        var (root, _) = await CreateAppAsync();
        var step = new[] { "sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; exit 3" };
        await using var frontDoor = await StartAsync(root, new { Before = new[] { step } });
        Assert.EndsWith("xxx [cut]", await frontDoor.WaitForLogAsync(static line => line.Contains("xxx", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_step_that_writes_far_more_than_a_log_takes_is_not_held_up_and_fills_neither_log_nor_memory()
    {
        const int Megabytes = 40;
        var (root, _) = await CreateAppAsync();
        var step = new[] { "sh", "-c", $"echo begun; yes 'row done' | head -c {Megabytes}M; echo; echo ended" };
        await using var frontDoor = await StartAsync(root, new { Before = new[] { step } });
        // Held up as a worker is, it would take two minutes.
        await frontDoor.WaitForReadyAsync();
        Assert.Contains(frontDoor.Log, static line => line.EndsWith("stdout: begun", StringComparison.Ordinal));
        await frontDoor.WaitForLogAsync(static line => line.Contains("lines dropped", StringComparison.Ordinal));
        await frontDoor.WaitForLogAsync(static line => line.EndsWith("stdout: ended", StringComparison.Ordinal));
        Assert.InRange(frontDoor.Log.Sum(static line => (long)line.Length), 0, Megabytes * 1_000_000 / 4);
        Assert.InRange(Resident.MostKilobytes(frontDoor.Pid), 0, 220_000);
    }

    [Fact(Timeout = 90_000)]
    public async Task SIGHUP_takes_changed_settings_and_restarts_every_group_once()
    {
        var (root, _) = await CreateAppAsync();
        await using var frontDoor = await StartAsync(root, new { }, processes: 2);
        await frontDoor.WaitForReadyAsync(2);
        await using var storm = Storm.Begin(frontDoor, "/app/");
        frontDoor.Signal("HUP");
        await WaitForGenerationAsync(frontDoor, 2);
        await storm.AssertNothingFailedAsync();
    }

    [Fact(Timeout = 90_000)]
    public async Task SIGHUP_with_broken_settings_restarts_nothing_and_says_why()
    {
        var (root, _) = await CreateAppAsync();
        await using var frontDoor = await StartAsync(root, new { });
        await frontDoor.WaitForReadyAsync();
        await File.WriteAllTextAsync(frontDoor.SettingsPath, "{ \"ProxyGroups\": ", Token);
        frontDoor.Signal("HUP");
        await frontDoor.WaitForLogAsync(static line => line.Contains("SIGHUP: The settings are wrong", StringComparison.Ordinal));
        Assert.Equal(1, (await frontDoor.GroupAsync("app", Token)).GetProperty("generation").GetInt32());
    }

    [Fact(Timeout = 90_000)]
    public async Task Settings_that_need_no_restart_apply_to_the_running_workers()
    {
        var release = Path.Combine(FrontDoorProcess.CreateContentRoot(), "release");
        var site = Site.Of(("app", new { Command = TestApps.TestWorker($"release={release}"), Threads = 1, Queue = new { Limit = 5, MaxWait = "off" } }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync();
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        var held = frontDoor.Client.GetAsync("/app/held", Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
        var second = frontDoor.Client.GetAsync("/app/held", Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token, queued: 1);

        site.Group("app")["Threads"] = 2;
        site.Group("app")["Processes"] = 1;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 2, Token);
        await File.WriteAllTextAsync(release, string.Empty, Token);
        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));

        site.Group("app")["Timeouts"] = new JsonObject { ["Request"] = "300ms" };
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await frontDoor.WaitForLogAsync("its running workers follow", lines: 2);
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await frontDoor.Client.GetAsync("/app/hang", Token)).StatusCode);
    }

    [Fact(Timeout = 90_000)]
    public async Task The_maintenance_page_answers_while_it_exists_and_no_link_is_followed()
    {
        var (root, app) = await CreateAppAsync();
        var site = Site.Of(("app", new { Directory = app, Wsgi = "wsgi:application", TestApps.Python, Maintenance = new { Page = "maintenance.html" } }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, root);
        await frontDoor.WaitForReadyAsync();
        var page = Path.Combine(app, "maintenance.html");
        await File.WriteAllTextAsync(page, "<h1>Back at nine</h1>", Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("is in maintenance", StringComparison.Ordinal));
        using (var answer = await frontDoor.Client.PostAsync("/app/", new StringContent("order"), Token))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "<h1>Back at nine</h1>"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
            Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(TimeSpan.FromSeconds(60), answer.Headers.RetryAfter!.Delta);
        }

        File.Delete(page);
        await frontDoor.WaitForLogAsync(static line => line.Contains("is out of maintenance", StringComparison.Ordinal));
        Assert.Equal("one", await frontDoor.Client.GetStringAsync("/app/", Token));

        if (Environment.IsPrivilegedProcess)
        {
            File.CreateSymbolicLink(page, "/etc/shadow");
            await frontDoor.WaitForLogAsync(static line => line.Contains("maintenance page maintenance.html is not used", StringComparison.Ordinal));
            Assert.Equal("one", await frontDoor.Client.GetStringAsync("/app/", Token));
        }
    }

    private static async Task<(string Root, string App)> CreateAppAsync()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var app = Directory.CreateDirectory(Path.Combine(root, "shop")).FullName;
        Directory.CreateDirectory(Path.Combine(app, "tmp"));
        await DeployAsync(app, "one");
        return (root, app);
    }

    // Python takes a file of the same second and size for the one it has compiled.
    private static async Task DeployAsync(string app, string version)
    {
        await File.WriteAllTextAsync(Path.Combine(app, "wsgi.py"), App.Replace("VERSION", version, StringComparison.Ordinal) + new string('\n', Random.Shared.Next(1, 500)), Token);
    }

    private static Task TouchAsync(string app) => File.WriteAllTextAsync(Path.Combine(app, "tmp", "restart.txt"), Guid.NewGuid().ToString(), Token);

    private static Task<FrontDoorProcess> StartAsync(string root, object restart, int processes = 1) => FrontDoorProcess.StartAsync(
        Site.Of(("app", new { Directory = "shop", Wsgi = "wsgi:application", TestApps.Python, Processes = processes, Restart = restart })), root);

    /// <summary>All workers are of this generation, and it is the newest.</summary>
    private static async Task WaitForGenerationAsync(FrontDoorProcess frontDoor, int generation)
    {
        JsonElement group;
        do
        {
            await Poll.PauseAsync(Token);
            group = await frontDoor.GroupAsync("app", Token);
        }
        while (group.GetProperty("generation").GetInt32() < generation || group.GetProperty("workers").EnumerateArray().Any(
            worker => worker.GetProperty("generation").GetInt32() < generation || worker.GetProperty("state").GetString() != "ready"));
        Assert.Equal(generation, group.GetProperty("generation").GetInt32());
    }

    private static async Task<JsonElement> WaitForFailureAsync(FrontDoorProcess frontDoor)
    {
        while (true)
        {
            var group = await frontDoor.GroupAsync("app", Token);
            if (group.GetProperty("failure") is { ValueKind: JsonValueKind.Object } failure)
            {
                Assert.Equal("serving, the new generation does not start", group.GetProperty("state").GetString());
                return failure;
            }

            await Poll.PauseAsync(Token);
        }
    }
}
