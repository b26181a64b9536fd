using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The front door starts, reloads, stops and crashes; nobody loses a request who need not, and nothing stays behind.</summary>
public sealed class LifeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task SIGTERM_finishes_what_runs_and_leaves_nothing()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", Trouble(processes: 2))));
        await frontDoor.WaitForReadyAsync(2);
        var pids = await frontDoor.PidsAsync("app", Token);
        var file = Path.Combine(frontDoor.ContentRoot, "go-on");
        using var running = await frontDoor.Client.GetAsync("/app/until?" + file, HttpCompletionOption.ResponseHeadersRead, Token);
        frontDoor.Signal("TERM");
        await frontDoor.WaitForLogAsync(static line => line.Contains("Stopping: running requests finish first", StringComparison.Ordinal));
        Assert.False(frontDoor.Exited.IsCompleted);
        await File.WriteAllTextAsync(file, string.Empty, Token);
        Assert.Equal("begun\nfinished\n", await running.Content.ReadAsStringAsync(Token));
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.DoesNotContain(pids, Poll.IsAlive);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_SIGTERM_ends_at_once_with_all_workers()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Command = TestApps.TestWorker("ignore-stop") })));
        var pid = int.Parse(await frontDoor.Client.GetStringAsync("/app/pid", Token), CultureInfo.InvariantCulture);
        var hanging = frontDoor.Client.GetAsync("/app/hang", Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
        frontDoor.Signal("TERM");
        await frontDoor.WaitForLogAsync(static line => line.Contains("Stopping: running requests finish first", StringComparison.Ordinal));
        var start = TimeProvider.System.GetTimestamp();
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 3);
        Assert.Equal(130, frontDoor.ExitCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => hanging);
        await Poll.UntilAsync(() => !Poll.IsAlive(pid), "the end of the worker", Token, seconds: 3);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_cuts_off_what_outlasts_the_drain_time_and_asks_its_worker_politely()
    {
        var group = new { Command = TestApps.TestWorker(), Timeouts = new { Request = "2s", Drain = "2s" } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", group)));
        using var endless = await frontDoor.Client.GetAsync("/app/endless", HttpCompletionOption.ResponseHeadersRead, Token);
        var reading = endless.Content.CopyToAsync(Stream.Null, Token);
        var start = TimeProvider.System.GetTimestamp();
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(25), Token);
        await Assert.ThrowsAnyAsync<Exception>(() => reading);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 1.5, 10);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("is killed", StringComparison.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("wsgi")]
    [InlineData("wsgi-fork")]
    [InlineData("wsgi-fork-setsid")]
    [InlineData("wsgi-shell")]
    [InlineData("wsgi-stuck")]
    [InlineData("sh-chain")]
    [InlineData("npm")]
    public async Task After_kill_9_no_process_is_left_and_a_new_front_door_serves(string kind)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        object group = kind switch
        {
            "sh-chain" => new { Command = new[] { "sh", "-c", $"sh -c '{string.Join(' ', TestApps.RawWorker)}; true'; true" } },
            "npm" => new { Directory = TestApps.Copy("node-hello", root), Command = "npm start" },
            _ => Trouble(),
        };
        var site = Site.Of(("app", group));
        await using var first = await FrontDoorProcess.StartAsync(site, root);
        using var answer = await first.Client.GetAsync("/app/", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        if (kind is "wsgi-fork" or "wsgi-fork-setsid" or "wsgi-shell")
        {
            await first.Client.GetStringAsync($"/app/{kind.Split('-')[1]}?{(kind.EndsWith("setsid", StringComparison.Ordinal) ? "setsid" : string.Empty)}", Token);
        }

        var stuck = kind == "wsgi-stuck" ? first.Client.GetAsync("/app/stuck", Token) : Task.CompletedTask;
        if (kind == "wsgi-stuck")
        {
            await first.WaitForSlotsAsync("app", busy: 1, Token);
        }

        var all = ProcessTree.Below(first.Pid);
        Assert.NotEmpty(all);
        Poll.Kill(first.Pid);
        await first.Exited;
        await stuck.ContinueWith(static _ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);

        // What went into a session of its own is out of reach of a signal; the next start ends it.
        if (kind != "wsgi-fork-setsid")
        {
            await Poll.UntilAsync(() => !all.Any(Poll.IsAlive), $"the end of {string.Join(' ', all)}", Token, seconds: 3);
        }

        await using var second = await FrontDoorProcess.StartAsync(site, root);
        using var again = await second.Client.GetAsync("/app/", Token);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await Poll.UntilAsync(() => !all.Any(Poll.IsAlive), $"the end of {string.Join(' ', all.Where(Poll.IsAlive))}", Token, seconds: 3);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_good_reload_rolls_the_changed_group_only_and_fails_no_request()
    {
        var site = Site.Of(("changed", Trouble(processes: 2)), ("same", Trouble()));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync(3);
        var (changed, same) = (await frontDoor.PidsAsync("changed", Token), await frontDoor.PidsAsync("same", Token));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var storm = Task.WhenAll(Enumerable.Range(0, 4).Select(number => StormAsync(frontDoor, number % 2 == 0 ? "/changed/pid" : "/same/pid", stop.Token)));

        site.Group("changed")["Environment"] = new JsonObject { ["COLOUR"] = "new" };
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await Poll.UntilAsync(() => !changed.Any(Poll.IsAlive), "the end of the old workers", Token, seconds: 30);
        await stop.CancelAsync();
        var counts = await storm;
        Assert.All(counts, static count => Assert.True(count.Failed == 0 && count.Good > 0, $"{count}"));
        Assert.Equal(same, await frontDoor.PidsAsync("same", Token));
        TestContext.Current.TestOutputHelper!.WriteLine($"{counts.Sum(static count => count.Good)} requests during the reload");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_bad_or_emptied_settings_file_changes_nothing_and_the_log_says_why()
    {
        var site = Site.Of(("app", Trouble()));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);

        site.Group("app")["Thread"] = 7;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        var refused = await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings refused", StringComparison.Ordinal));
        Assert.Contains("ProxyGroups:ProcessGroups:app:Thread", refused + string.Concat(frontDoor.Log), StringComparison.Ordinal);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));

        var seen = frontDoor.Log.Count;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, "{ \"ProxyGroups\": ", Token);
        await Poll.UntilAsync(() => frontDoor.Log.Skip(seen).Any(static line => line.Contains("Changed settings", StringComparison.Ordinal)), "a line about broken JSON", Token);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));

        seen = frontDoor.Log.Count;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, "{}", Token);
        await Poll.UntilAsync(() => frontDoor.Log.Skip(seen).Any(static line => line.Contains("Changed settings", StringComparison.Ordinal)), "a line about the emptied file", Token);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));

        site.Group("app").Remove("Thread");
        site.Group("app")["Threads"] = 7;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await frontDoor.WaitForReadyAsync(2);
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));
    }

    [Fact(Timeout = 90_000)]
    public async Task It_listens_on_where_its_settings_said_whatever_becomes_of_their_file()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var site = Site.Of(("app", Trouble()));
        site["Kestrel"] = JsonNode.Parse("""{ "Endpoints": { "main": { "Url": "http://127.0.0.1:0" } } }""");
        var file = Path.Combine(root, "appsettings.json");
        await File.WriteAllTextAsync(file, site.ToJsonString(), Token);
        await using var frontDoor = await FrontDoorProcess.StartAsync(["run"], root);
        foreach (var damage in new Action[] { () => File.WriteAllText(file, "}{"), () => File.WriteAllText(file, ""), () => Directory.CreateDirectory(file), () => { } })
        {
            var refused = frontDoor.Log.Count(IsRefusal);
            File.Delete(file);
            damage();
            frontDoor.Signal("HUP");
            await Poll.UntilAsync(() => frontDoor.Log.Count(IsRefusal) > refused, "the refusal", Token);
            using (var other = new HttpClient { BaseAddress = frontDoor.Client.BaseAddress })
            {
                Assert.NotEmpty(await other.GetStringAsync("/app/pid", Token));
            }

            if (Directory.Exists(file))
            {
                Directory.Delete(file);
            }

            await File.WriteAllTextAsync(file, site.ToJsonString(), Token);
        }

        static bool IsRefusal(string line) => line.Contains("SIGHUP: The settings are wrong", StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Routes_and_groups_come_and_go_with_the_settings()
    {
        var site = Site.Of(("app", Trouble()));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        Assert.Equal(HttpStatusCode.NotFound, (await frontDoor.Client.GetAsync("/second/pid", Token)).StatusCode);

        var larger = Site.Of(("app", Trouble()), ("second", Trouble()));
        larger["ReverseProxy"]!["Routes"]!["also"] = JsonNode.Parse("""{ "ClusterId": "app", "Match": { "Path": "/also/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "/also" } ] }""");
        var before = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        await File.WriteAllTextAsync(frontDoor.SettingsPath, larger.ToJsonString(), Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings taken", StringComparison.Ordinal));
        await frontDoor.WaitForReadyAsync(2);
        var second = await frontDoor.Client.GetStringAsync("/second/pid", Token);
        Assert.Equal(before, await frontDoor.Client.GetStringAsync("/also/pid", Token));

        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await Poll.UntilAsync(() => !Poll.IsAlive(int.Parse(second, CultureInfo.InvariantCulture)), "the end of the removed group", Token);
        Assert.Equal(HttpStatusCode.NotFound, (await frontDoor.Client.GetAsync("/second/pid", Token)).StatusCode);
        Assert.Equal(before, await frontDoor.Client.GetStringAsync("/app/pid", Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_front_doors_of_one_content_root_do_not_disturb_each_other()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var site = Site.Of(("app", Trouble()));
        await using var first = await FrontDoorProcess.StartAsync(site, root);
        var pid = await first.Client.GetStringAsync("/app/pid", Token);
        await using var second = await FrontDoorProcess.StartAsync(site, root);
        Assert.NotEqual(pid, await second.Client.GetStringAsync("/app/pid", Token));
        Assert.Equal(pid, await first.Client.GetStringAsync("/app/pid", Token));
        second.Signal("TERM");
        await second.Exited;
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(pid, await first.Client.GetStringAsync("/app/pid", Token));
    }

    private static object Trouble(int processes = 1) => new { Directory = TestApps.Folder("trouble"), TestApps.Python, Processes = processes };

    private static async Task<(int Good, int Failed)> StormAsync(FrontDoorProcess frontDoor, string path, CancellationToken stop)
    {
        var (good, failed) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            using var answer = await frontDoor.Client.GetAsync(path, Token);
            _ = answer.StatusCode == HttpStatusCode.OK ? good++ : failed++;
        }

        return (good, failed);
    }
}
