using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;
using static Microsoft.Playwright.Assertions;

namespace ProxyGroups.EndToEndTests;

/// <summary>Workers of several apps are forked from one process that has imported their modules, and are in nothing behind plain ones.</summary>
public sealed class PreloadTests : PreloadScene
{
    // What a worker is made of, as far as it can be seen from inside. Two of one kind differ in none of this.
    private const string App = """
        import gc, json, os, resource, signal, sys, threading
        import shared
        def status(*names):
            return {line.split(":")[0]: line.split(":")[1].strip() for line in open("/proc/self/status") if line.split(":")[0] in names}
        def application(environ, start_response):
            os.umask(mask := os.umask(0))
            facts = {
                "pid": os.getpid(), "parent": os.getppid(), "group": os.environ["PROXYGROUPS_GROUP"], "version": shared.version, "home": shared.home,
                "alike": {
                    "nice": os.nice(0), "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")},
                    "umask": mask, "directory": os.getcwd(), "path": sys.path, "arguments": sys.argv, "leads": (os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()),
                    "status": status("NoNewPrivs", "CapBnd", "CapEff", "CapInh", "SigBlk", "SigIgn", "SigCgt", "Uid", "Gid", "Groups", "Threads"),
                    "environment": sorted(set(os.environ) - {"PWD", "OLDPWD", "_", "SHLVL"}), "secret": os.environ["SECRET"],
                    "collects": (gc.isenabled(), gc.get_threshold()), "threads": sorted(thread.name for thread in threading.enumerate()),
                    "input": os.read(0, 1).decode(), "main": threading.main_thread() is threading.enumerate()[0],
                },
            }
            start_response("200 OK", [])
            return [json.dumps(facts).encode()]
        """;

    public PreloadTests()
    {
        foreach (var (file, text) in new[] { ("lib/shared.py", "import os\nversion = 1\nhome = os.getpid()\n"), ("one/app.py", App), ("two/app.py", App) })
        {
            Write(file, text);
        }
    }

    [Theory(Timeout = 90_000)]
    [InlineData(null)]
    [InlineData("nobody")]
    public async Task A_forked_worker_differs_from_a_plain_one_in_nothing_but_its_parent(string? user)
    {
        var worker = new { User = user, Umask = "027", Nice = 3, OpenFiles = 500, CpuSeconds = 1000, AddressSpace = "4GiB", CoreSize = "1MiB", Capabilities = new[] { "net_bind_service" } };
        var site = Site.Of(("forked", Group("one", more: new { Worker = worker })), ("other", Group("two", more: new { Worker = worker })), ("plain", Group("one", null, new { Worker = worker })));
        await using var frontDoor = await StartAsync(site);
        var (forked, other, plain) = (await FactsAsync(frontDoor, "forked"), await FactsAsync(frontDoor, "other"), await FactsAsync(frontDoor, "plain"));
        Assert.Equal(plain.GetProperty("alike").ToString(), forked.GetProperty("alike").ToString());
        Assert.Equal(Number(forked, "parent"), Number(other, "parent"));
        Assert.Equal(Number(forked, "parent"), Number(forked, "home"));
        Assert.Equal(frontDoor.Pid, Number(plain, "parent"));
        Assert.Equal("two", Path.GetFileName(other.GetProperty("alike").GetProperty("directory").GetString()));
    }

    [Fact(Timeout = 90_000)]
    public async Task Modules_that_forbid_a_fork_are_named_and_the_workers_start_plainly()
    {
        Write("lib/polls.py", "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True, name='poller').start()\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one")), ("two", Group("two"))), "shared", "polls");
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        await frontDoor.WaitForLogAsync(static line => line.Contains(
            "Group one: its workers start plainly and are not forked by the preloader of python: importing polls left 1 thread running (poller), and a process with that must not be forked. Remedy: Take that module off Preload, or name what it imports that does so in PreloadExclude", StringComparison.Ordinal));
        Assert.StartsWith("importing polls left", (await frontDoor.GroupAsync("two", Token)).GetProperty("preloadFault").GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.Contains("Its workers start plainly: importing polls left", await frontDoor.Client.GetStringAsync(Site.Overview, Token), StringComparison.Ordinal);
        const string Told = "its workers start plainly: importing polls left 1 thread running (poller), and a process with that must not be forked. Take that module off Preload";
        Assert.Contains("\none: " + Told, (await FrontDoorProcess.RunToEndAsync(["status"], Root)).Output, StringComparison.Ordinal);
        Assert.Contains("\n" + Told, (await FrontDoorProcess.RunToEndAsync(["status", "one"], Root)).Output, StringComparison.Ordinal);
        string[] console = [TestApps.Python, TestApps.Folder("console.py"), "terminal", "timeout", "--foreground", "--preserve-status", "--signal=INT", "10"];
        Assert.Contains("    its workers start plainly: importing polls", (await FrontDoorProcess.RunToEndThroughAsync(console, ["top"], Root)).Output, StringComparison.Ordinal);
        await using var top = await FrontDoorProcess.StartLivePageAsync(Root);
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(top.Address, 1280, 900);
        await Expect(page.Locator("[data-group='one'] .trouble")).ToContainTextAsync("Its workers start plainly: importing polls left 1 thread running (poller)");
    }

    [Fact(Timeout = 90_000)]
    public async Task A_library_that_is_known_to_forbid_a_fork_has_a_remedy_of_its_own()
    {
        Write("lib/sentry_sdk/__init__.py", "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True, name='sentry.monitor').start()\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one"))), "sentry_sdk");
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        await frontDoor.WaitForLogAsync(static line => line.Contains("importing sentry_sdk left 1 thread running (sentry.monitor)", StringComparison.Ordinal) && line.Contains(
            "Remedy: Sentry sends from threads: call sentry_sdk.init in each worker (AfterFork), not when a module is imported. Or: take that module off Preload", StringComparison.Ordinal));
    }

    // A limit of the kernel stands in for the end of the machine's memory, which the machine would not live through.
    [Fact(Timeout = 90_000)]
    public async Task A_module_that_fills_all_memory_is_named_and_ended_and_the_apps_are_served()
    {
        Write("lib/bad.py", "import resource\nresource.setrlimit(resource.RLIMIT_AS, (600 << 20, resource.RLIM_INFINITY))\nheld = []\nwhile True:\n    held.append(bytes(range(256)) * 4096)\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one")), ("two", Group("two"))), "shared", "bad");
        foreach (var group in new[] { "one", "two" })
        {
            Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, group), "parent"));
            Assert.Equal("bad cannot be imported: MemoryError: ", (await frontDoor.GroupAsync(group, Token)).GetProperty("preloadFault").GetProperty("cause").GetString());
        }

        await Poll.UntilAsync(() => ProcessTree.Below(frontDoor.Pid).Count == 2, "the end of all but the workers", Token, seconds: 30);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_module_that_forbids_a_fork_is_left_to_the_workers()
    {
        Write("lib/polls.py", "import os, threading, time\nrank = os.environ['PROXYGROUPS_RANK']\nthreading.Thread(target=time.sleep, args=(600,), daemon=True, name='poller').start()\n");
        Write("lib/client.py", "import polls\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one"))), site => site["PreloadExclude"] = new JsonArray("polls"), "shared", "client");
        var facts = await FactsAsync(frontDoor, "one");
        Assert.Equal(Number(facts, "home"), Number(facts, "parent"));
        Assert.Contains("poller", facts.GetProperty("alike").GetProperty("threads").ToString(), StringComparison.Ordinal);
        Write("lib/client.py", "from polls import rank\n");
        Poll.Kill(Number(facts, "pid"));
        await frontDoor.WaitForLogAsync(static line => line.Contains(
            "importing client uses polls at once, which PreloadExclude leaves out. Remedy: Take the module that needs it off Preload, or it off PreloadExclude", StringComparison.Ordinal));
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
    }

    [Theory(Timeout = 90_000)]
    [InlineData("import os\nos._exit(9)\n", "importing bad ended the preloader (exit code 9)")]
    [InlineData("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "importing bad ended the preloader (signal 11 (SEGV))")]
    // As the kernel does where one fills the memory of its cgroup, or of the machine.
    [InlineData("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "importing bad ended the preloader (signal 9 (KILL))")]
    [InlineData("raise MemoryError\n", "bad cannot be imported: MemoryError: ")]
    [InlineData("import not_there\n", "bad cannot be imported: ModuleNotFoundError: No module named 'not_there'")]
    [InlineData("import time\ntime.sleep(600)\n", "its preloader is not ready after 5.0 s", "10s")]
    [InlineData("import errno, os\ndef fork():\n    raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))\nos.fork = fork\n", "it refuses: fork: [Errno 12] Cannot allocate memory")]
    public async Task Whatever_goes_wrong_in_the_preloader_the_app_is_served(string module, string cause, string startup = "60s")
    {
        Write("lib/bad.py", module);
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one", more: new { Timeouts = new { Startup = startup } }))), "bad");
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        Assert.Equal(cause, (await frontDoor.GroupAsync("one", Token)).GetProperty("preloadFault").GetProperty("cause").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_preloader_that_is_killed_costs_no_request_and_is_replaced_and_its_workers_are_still_watched()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one", more: new { Processes = 2 }))));
        await frontDoor.WaitForReadyAsync(2);
        var old = await frontDoor.PidsAsync("one", Token);
        await using var storm = Storm.Begin(frontDoor, "/one/");
        var preloader = Number(await FactsAsync(frontDoor, "one"), "home");
        Poll.Kill(preloader);
        await frontDoor.WaitForLogAsync("can fork after", 2);
        Assert.Equal(old, await frontDoor.PidsAsync("one", Token));
        await storm.AssertNothingFailedAsync();
        Poll.Kill(old[0]);
        await frontDoor.WaitForReadyAsync(3);
        await frontDoor.WaitForLogAsync(line => line.Contains($"pid {old[0]} ended unexpectedly: exit code unknown", StringComparison.Ordinal));
        Poll.Kill(old[1], "TERM");
        await frontDoor.WaitForReadyAsync(4);
        var facts = await FactsAsync(frontDoor, "one");
        Assert.NotEqual(preloader, Number(facts, "home"));
        Assert.Equal(Number(facts, "home"), Number(facts, "parent"));
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{preloader}"), "the end of the zombie", Token);
    }

    [Theory(Timeout = 90_000)]
    [InlineData("import os, time\nos.register_at_fork(before=lambda: time.sleep(600))\n", "it did not fork within 10 s")]
    [InlineData("import os, time\nos.register_at_fork(after_in_child=lambda: time.sleep(600))\n", "it did not fork within 10 s")]
    [InlineData("import os, socket\nfor name in os.listdir('/proc/self/fd'):\n    try:\n        with socket.socket(fileno=os.dup(int(name))) as found:\n            os.unlink(found.getsockname())\n    except (OSError, TypeError):\n        pass\n", "it does not answer")]
    [InlineData("import gc, threading, time\ngc.collect = lambda: threading.Thread(target=time.sleep, args=(600,), daemon=True, name='late').start()\n", "it has 1 thread running (late) by now")]
    [InlineData("import os, time\nif os.fork():\n    time.sleep(2)\n", "left a child process running")]
    public async Task A_preloader_that_does_not_fork_is_ended_and_keeps_no_later_worker_waiting(string module, string cause)
    {
        Write("lib/bad.py", module);
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one"))), "bad");
        var facts = await FactsAsync(frontDoor, "one");
        Assert.Equal(frontDoor.Pid, Number(facts, "parent"));
        Assert.Contains(cause, (await frontDoor.GroupAsync("one", Token)).GetProperty("preloadFault").GetProperty("cause").GetString(), StringComparison.Ordinal);
        var begun = TimeProvider.System.GetTimestamp();
        Poll.Kill(Number(facts, "pid"));
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(8));
        await Poll.UntilAsync(() => ProcessTree.Below(frontDoor.Pid).Count == 1, "the end of all but the worker", Token, seconds: 30);
    }

    [Theory(Timeout = 90_000)]
    [InlineData("os._exit(70)")]
    [InlineData("os.kill(os.getpid(), 11)")]
    public async Task Two_forked_workers_in_a_row_that_die_before_they_are_ready_make_their_group_start_plainly_and_replace_the_preloader(string death)
    {
        Write("three/app.py", $"import os\nimport shared\nif os.getppid() == shared.home:\n    {death}\n" + App);
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one")), ("three", Group("three"))));
        await frontDoor.WaitForLogAsync(static line => line.Contains("Worker three/0", StringComparison.Ordinal) && line.EndsWith(" is ready", StringComparison.Ordinal));
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "three"), "parent"));
        Assert.StartsWith("two workers in a row", (await frontDoor.GroupAsync("three", Token)).GetProperty("preloadFault").GetProperty("cause").GetString(), StringComparison.Ordinal);
        var first = await FactsAsync(frontDoor, "one");
        Assert.Equal(Number(first, "home"), Number(first, "parent"));
        Poll.Kill(Number(first, "pid"));
        await frontDoor.WaitForLogAsync(line => line.Contains($"pid {Number(first, "pid")} ended unexpectedly", StringComparison.Ordinal));
        var second = await FactsAsync(frontDoor, "one");
        Assert.Equal(Number(second, "home"), Number(second, "parent"));
        Assert.NotEqual(Number(first, "home"), Number(second, "home"));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_module_that_is_corrected_is_tried_at_once_by_the_next_generation()
    {
        Write("lib/bad.py", "import not_there\n");
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one"))), "shared", "bad");
        Assert.Equal(frontDoor.Pid, Number(await FactsAsync(frontDoor, "one"), "parent"));
        Write("lib/bad.py", "");
        frontDoor.Signal("HUP");
        await frontDoor.WaitForReadyAsync(2);
        var facts = await FactsAsync(frontDoor, "one");
        Assert.Equal(Number(facts, "home"), Number(facts, "parent"));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_preloader_that_is_repaired_waits_for_a_place_to_boot()
    {
        Write("slow/app.py", "import time\nprint('slow begins', flush=True)\ntime.sleep(4)\n" + App);
        var site = Site.Of(("one", Group("one")), ("slow", Group("slow", null, new { Processes = 0, MaxProcesses = 1 })));
        site["ProxyGroups"]!["ApplicationGroups"] = Groups("shared");
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, Root, new Dictionary<string, string> { ["DOTNET_PROCESSOR_COUNT"] = "1" });
        var facts = await FactsAsync(frontDoor, "one");
        var slow = frontDoor.Client.GetStringAsync("/slow/", Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("slow begins", StringComparison.Ordinal));
        Poll.Kill(Number(facts, "home"));
        await slow;
        await frontDoor.WaitForLogAsync("can fork after", 2);
        var log = frontDoor.Log.ToList();
        Assert.True(log.FindIndex(static line => line.Contains("Worker slow/0", StringComparison.Ordinal) && line.Contains(" is ready", StringComparison.Ordinal)) < log.FindLastIndex(static line => line.Contains("can fork after", StringComparison.Ordinal)));
        Assert.Equal(Number(facts, "pid"), Number(await FactsAsync(frontDoor, "one"), "pid"));
    }

    [Fact(Timeout = 90_000)]
    public async Task Workers_that_are_killed_are_forked_anew_and_a_stop_leaves_nothing()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one"))));
        var facts = await FactsAsync(frontDoor, "one");
        Poll.Kill(Number(facts, "pid"));
        await frontDoor.WaitForLogAsync(line => line.Contains($"pid {Number(facts, "pid")} ended unexpectedly: signal 9 (KILL)", StringComparison.Ordinal));
        var next = await FactsAsync(frontDoor, "one");
        Assert.Equal(Number(facts, "home"), Number(next, "parent"));
        Assert.False(Directory.Exists($"/proc/{Number(facts, "pid")}"), "no zombie is left");
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.False(Poll.IsAlive(Number(next, "pid")) || Poll.IsAlive(Number(next, "home")));
        Assert.Contains(frontDoor.Log, line => line.Contains($"pid {Number(next, "pid")} ended: exit code 0", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task After_kill_9_of_the_front_door_no_process_is_left()
    {
        await using var frontDoor = await StartAsync(Site.Of(("one", Group("one"))));
        var facts = await FactsAsync(frontDoor, "one");
        frontDoor.Signal("KILL");
        await Poll.UntilAsync(() => !Poll.IsAlive(Number(facts, "pid")) && !Poll.IsAlive(Number(facts, "home")), "the end of worker and preloader", Token);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_restart_takes_the_new_code_of_preloaded_modules_and_a_new_list_rolls_the_groups()
    {
        var site = Site.Of(("one", Group("one")));
        await using var frontDoor = await StartAsync(site);
        var before = await FactsAsync(frontDoor, "one");
        await using var storm = Storm.Begin(frontDoor, "/one/");
        Write("lib/shared.py", "import os\nversion = 'the second'\nhome = os.getpid()\n");
        frontDoor.Signal("HUP");
        await Poll.UntilAsync(() => !Poll.IsAlive(Number(before, "pid")) && !Poll.IsAlive(Number(before, "home")), "the end of the old worker and its preloader", Token);
        var after = await FactsAsync(frontDoor, "one");
        Assert.Equal("the second", after.GetProperty("version").GetString());
        Assert.Equal(Number(after, "home"), Number(after, "parent"));
        site["ProxyGroups"]!["ApplicationGroups"]!["python"]!["Preload"] = new JsonArray("shared", "decimal");
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await Poll.UntilAsync(() => !Poll.IsAlive(Number(after, "pid")), "the end of the worker of the old list", Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("it has imported shared, decimal", StringComparison.Ordinal));
        Assert.NotEqual(Number(after, "home"), Number(await FactsAsync(frontDoor, "one"), "parent"));
        await storm.AssertNothingFailedAsync();
    }

    [Fact(Timeout = 90_000)]
    public async Task Check_says_what_is_shared_and_the_plain_launcher_refuses_it()
    {
        var site = Site.Of(("one", Group("one")));
        site["ProxyGroups"]!["ApplicationGroups"] = Groups("shared");
        await File.WriteAllTextAsync(Path.Combine(Root, "appsettings.json"), site.ToJsonString(), Token);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], Root);
        Assert.Equal(0, code);
        Assert.Contains("forked after importing shared", output, StringComparison.Ordinal);
        site["ProxyGroups"]!["Launcher"] = "plain";
        await File.WriteAllTextAsync(Path.Combine(Root, "appsettings.json"), site.ToJsonString(), Token);
        (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], Root);
        Assert.Equal(1, code);
        Assert.Contains("ProxyGroups:ApplicationGroups:python:Preload", output, StringComparison.Ordinal);
    }

    private static JsonObject Groups(params string[] modules) => new() { ["python"] = new JsonObject { ["Preload"] = new JsonArray([.. modules.Select(static module => (JsonNode)module)]) } };

    private Task<FrontDoorProcess> StartAsync(JsonObject site, params string[] modules) => StartAsync(site, static _ => { }, modules);

    private Task<FrontDoorProcess> StartAsync(JsonObject site, Action<JsonObject> change, params string[] modules)
    {
        var groups = Groups(modules is [] ? ["shared"] : modules);
        change(groups["python"]!.AsObject());
        site["ProxyGroups"]!["ApplicationGroups"] = groups;
        return FrontDoorProcess.StartAsync(site, Root);
    }

    private JsonObject Group(string directory, string? applicationGroup = "python", object? more = null)
    {
        var environment = Merge(PythonVariables, new { SECRET = "of " + directory });
        return Merge(new { ApplicationGroup = applicationGroup, Directory = directory, Wsgi = "app:application", TestApps.Python, Threads = 2, Environment = environment }, more);
    }
}
