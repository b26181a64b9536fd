using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Workers are forked from a process that has imported their app, warmed up, and whatever dies, no request and no process is lost.</summary>
public sealed class AppPreloadTests : PreloadScene
{
    // While it warms up it has no rank.
    private const string App = """
        import json, os
        version, home, above, asked, hooked = 1, os.getpid(), os.getppid(), [], []
        def before():
            hooked.append("before")
        def after():
            hooked.append(os.getpid())
        def application(environ, start_response):
            asked.append(environ["PATH_INFO"])
            start_response("200 OK", [])
            return [json.dumps({"pid": os.getpid(), "parent": os.getppid(), "home": home, "above": above, "version": version, "first": asked[0], "hooked": hooked, "rank": os.environ.get("PROXYGROUPS_RANK")}).encode()]
        """;

    private static readonly string[] Warmup = ["/warm"];

    public AppPreloadTests() => Write("app.py", App);

    [Theory(Timeout = 90_000)]
    [InlineData(null, null)]
    [InlineData("python", null)]
    [InlineData("python", "nobody")]
    public async Task Workers_are_forked_from_their_warm_app_which_is_forked_from_its_application_group(string? applicationGroup, string? user)
    {
        var group = Group(applicationGroup, new { Worker = new { User = user, Nice = 3, OpenFiles = 500, Umask = "027" } });
        await using var frontDoor = await StartAsync(Site.Of(("one", group), ("two", Group(applicationGroup))));
        var (one, two) = (await FactsAsync(frontDoor, "one"), await FactsAsync(frontDoor, "two"));
        Assert.All([one, two], facts => Assert.Equal((Number(facts, "home"), "/warm"), (Number(facts, "parent"), facts.GetProperty("first").GetString())));
        Assert.NotEqual(Number(one, "home"), Number(two, "home"));
        Assert.Equal($"[\"before\", {Number(one, "pid")}]", one.GetProperty("hooked").GetRawText());
        Assert.Equal(applicationGroup is null, frontDoor.Pid == Number(one, "above"));
        Assert.Equal(user is null, Number(one, "above") == Number(two, "above"));
        var status = await File.ReadAllTextAsync($"/proc/{Number(one, "pid")}/limits", Token) + await File.ReadAllTextAsync($"/proc/{Number(one, "pid")}/status", Token);
        Assert.Matches(@"Max open files +500 +500", status);
        Assert.Matches(@"Umask:\s+0027", status);
        Assert.Equal("3", (await File.ReadAllTextAsync($"/proc/{Number(one, "pid")}/stat", Token)).Split(' ')[18]);
    }

    [Theory(Timeout = 90_000)]
    [InlineData("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True, name='poller').start()\n", "importing app:application and calling BeforeFork left 1 thread running (poller), and a process with that must not be forked")]
    [InlineData("if 'PROXYGROUPS_RANK' not in os.environ: os._exit(9)\n", "importing app:application ended the preloader (exit code 9)")]
    public async Task What_forbids_it_is_named_and_the_workers_start_plainly(string text, string cause)
    {
        Write("app.py", App + "\n" + text);
        await using var frontDoor = await StartAsync(Site.Of(("one", Group(null))));
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        var fault = (await frontDoor.GroupAsync("one", Token)).GetProperty("preloadFault");
        Assert.Equal(cause, fault.GetProperty("cause").GetString());
        Assert.Contains("emove PreloadApp", fault.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 90_000)]
    public async Task An_app_that_fills_memory_before_the_fork_meets_the_limit_of_its_workers_which_start_plainly()
    {
        Write("app.py", App + "\nif 'PROXYGROUPS_RANK' not in os.environ:\n    held = [bytearray(1 << 26) for _ in range(1000)]\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group(null, new { Worker = new { AddressSpace = "1GiB" } }))));
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        var fault = (await frontDoor.GroupAsync("one", Token)).GetProperty("preloadFault");
        Assert.Contains("MemoryError", fault.GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 90_000)]
    public async Task An_app_that_is_not_forked_from_its_application_group_still_forks_its_workers()
    {
        Write("lib/shared.py", "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("python"))));
        var facts = await FactsAsync(frontDoor, "one");
        Assert.Equal((frontDoor.Pid, Number(facts, "home")), (Number(facts, "above"), Number(facts, "parent")));
        Assert.Contains("It shares no memory with other apps: importing shared left 1 thread", await frontDoor.Client.GetStringAsync(Site.Overview, Token), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("pid")]
    [InlineData("home")]
    [InlineData("above")]
    public async Task Whatever_is_killed_under_load_no_GET_fails_and_it_is_repaired(string victim)
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("python", new { Processes = 3 }))));
        await frontDoor.WaitForReadyAsync(3);
        var before = await FactsAsync(frontDoor, "one");
        await using var storm = Storm.OfSafe(frontDoor, "/one/");
        Poll.Kill(Number(before, victim));
        var ready = victim == "pid" ? 4 : 3;
        await (victim == "pid" ? frontDoor.WaitForReadyAsync(ready) : frontDoor.WaitForLogAsync("can fork after", 3));
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{Number(before, victim)}"), "the end of the zombie", Token);
        foreach (var worker in await frontDoor.PidsAsync("one", Token))
        {
            // One after the other: a request may meet two that die, and no more.
            Poll.Kill(worker);
            await frontDoor.WaitForReadyAsync(++ready);
        }

        await storm.AssertNothingFailedAsync();
        var after = await FactsAsync(frontDoor, "one");
        Assert.Equal((Number(after, "home"), "/warm"), (Number(after, "parent"), after.GetProperty("first").GetString()));
        Assert.Equal(victim == "home", Number(before, "home") != Number(after, "home"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("above", "pid")]
    [InlineData("home", "pid")]
    [InlineData("pid", "home")]
    [InlineData("above", "home")]
    [InlineData("above", "home", "pid")]
    public async Task What_dies_at_one_moment_under_load_costs_no_GET_and_after_kill_9_of_the_front_door_nothing_is_left(params string[] victims)
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("python", new { Processes = 3 }))));
        await frontDoor.WaitForReadyAsync(3);
        var before = await FactsAsync(frontDoor, "one");
        await using var storm = Storm.OfSafe(frontDoor, "/one/");
        // A worker may be forked while what it is forked from dies.
        foreach (var victim in victims)
        {
            Poll.Kill(Number(before, victim));
        }

        await frontDoor.WaitForReadyAsync(victims.Contains("pid") ? 4 : 3);
        await frontDoor.WaitForLogAsync("can fork after", 2 + victims.Count(static victim => victim != "pid"));
        await Poll.UntilAsync(() => !victims.Any(victim => Directory.Exists($"/proc/{Number(before, victim)}")), "the end of the zombies", Token);
        await storm.AssertNothingFailedAsync();
        var workers = await frontDoor.PidsAsync("one", Token);
        Assert.Equal((3, 3), (workers.Length, workers.Count(Poll.IsAlive)));
        Poll.Kill(workers[^1]);
        await frontDoor.WaitForReadyAsync(victims.Contains("pid") ? 5 : 4);
        var status = JsonNode.Parse((await FrontDoorProcess.RunToEndAsync(["status", "--json"], Root)).Output)!;
        var preloaders = status["applicationGroups"]![0]!["preloaders"]!.AsArray().Concat(status["groups"]![0]!["detail"]!["preloaders"]!.AsArray()).Select(static preloader => (int)preloader!["pid"]!).ToList();
        Assert.Equal(2, preloaders.Count);
        var all = preloaders.Concat(await frontDoor.PidsAsync("one", Token)).Concat(ProcessTree.Below(frontDoor.Pid)).Distinct().ToList();
        Assert.DoesNotContain(all, static pid => File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal));
        frontDoor.Signal("KILL");
        await Poll.UntilAsync(() => !all.Any(Poll.IsAlive), "the end of all", Token);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_restart_serves_the_new_code_from_a_new_process_under_load_and_a_stop_leaves_nothing()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("python", new { Processes = 2 }))));
        await frontDoor.WaitForReadyAsync(2);
        var before = await FactsAsync(frontDoor, "one");
        await using var storm = Storm.Begin(frontDoor, "/one/");
        Write("app.py", App.Replace("= 1, os.getpid()", "= 2, os.getpid()", StringComparison.Ordinal));
        frontDoor.Signal("HUP");
        await Poll.UntilAsync(() => !Poll.IsAlive(Number(before, "home")), "the end of the old app", Token, seconds: 30);
        var after = await FactsAsync(frontDoor, "one");
        await storm.AssertNothingFailedAsync();
        Assert.Equal((2, Number(after, "home"), Number(before, "above")), (Number(after, "version"), Number(after, "parent"), Number(after, "above")));
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("start plainly", StringComparison.Ordinal));
        var all = ProcessTree.Below(frontDoor.Pid);
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.DoesNotContain(all, Poll.IsAlive);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_process_that_hangs_when_its_generation_has_ended_is_killed()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("python"))));
        var before = await FactsAsync(frontDoor, "one");
        Poll.Kill(Number(before, "home"), "STOP");
        frontDoor.Signal("HUP");
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{Number(before, "home")}"), "the end of the one that hangs", Token, seconds: 30);
        Assert.NotEqual(Number(before, "home"), Number(await FactsAsync(frontDoor, "one"), "home"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_worker_that_is_started_after_a_change_of_the_code_has_the_new_code()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group(null))));
        var before = await FactsAsync(frontDoor, "one");
        Write("app.py", App.Replace("= 1, os.getpid()", "= 'second', os.getpid()", StringComparison.Ordinal));
        Poll.Kill(Number(before, "pid"));
        await frontDoor.WaitForReadyAsync(2);
        var after = await FactsAsync(frontDoor, "one");
        Assert.Equal("second", after.GetProperty("version").GetString());
        Assert.Equal(Number(after, "home"), Number(after, "parent"));
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{Number(before, "home")}"), "the end of the old app", Token);
    }

    [Fact(Timeout = 90_000)]
    public async Task After_kill_9_of_the_front_door_under_load_no_process_is_left()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("python", new { Processes = 3 }))));
        await frontDoor.WaitForReadyAsync(3);
        var all = ProcessTree.Below(frontDoor.Pid);
        Assert.Equal(5, all.Count);
        var requests = Enumerable.Range(0, 8).Select(_ => frontDoor.Client.GetAsync("/one/", Token)).ToList();
        frontDoor.Signal("KILL");
        await Poll.UntilAsync(() => !all.Any(Poll.IsAlive), "the end of all", Token);
        await Task.WhenAll(requests).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact(Timeout = 90_000)]
    public async Task Check_says_what_is_imported_and_where_that_does_not_pay()
    {
        var site = Site.Of(("one", Group(null)), ("two", Group(null, new { Processes = 2 })));
        await File.WriteAllTextAsync(Path.Combine(Root, "appsettings.json"), site.ToJsonString(), Token);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], Root);
        Assert.Equal(0, code);
        Assert.Contains("forked after importing app:application", output, StringComparison.Ordinal);
        Assert.Contains("warning: ProxyGroups:ProcessGroups:one:PreloadApp costs memory, since a single worker has nobody to share with", output, StringComparison.Ordinal);
        Assert.DoesNotContain("two:PreloadApp", output, StringComparison.Ordinal);
    }

    private Task<FrontDoorProcess> StartAsync(JsonObject site)
    {
        site["ProxyGroups"]!["ApplicationGroups"] = JsonNode.Parse("""{ "python": { "Preload": [ "shared" ] } }""");
        if (!File.Exists(Path.Combine(Root, "lib", "shared.py")))
        {
            Write("lib/shared.py", "modules = 1\n");
        }

        return FrontDoorProcess.StartAsync(site, Root);
    }

    private JsonObject Group(string? applicationGroup, object? more = null) => Merge(
        new { ApplicationGroup = applicationGroup, Wsgi = "app:application", TestApps.Python, PreloadApp = true, Warmup, BeforeFork = "app:before", AfterFork = "app:after", Threads = 2, Environment = PythonVariables }, more);
}
