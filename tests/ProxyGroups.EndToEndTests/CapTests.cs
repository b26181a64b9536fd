using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Caps on the workers of several groups together, with real workers.</summary>
public sealed class CapTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task An_idle_worker_of_another_group_makes_room_and_the_cap_is_kept()
    {
        await using var frontDoor = await StartAsync(most: 2, ("keeps", Trouble(processes: 1)), ("one", Trouble()), ("two", Trouble()));
        var first = int.Parse(await frontDoor.Client.GetStringAsync("/one/pid", Token), null);
        Assert.NotEqual(first, int.Parse(await frontDoor.Client.GetStringAsync("/two/pid", Token), null));
        Assert.False(Poll.IsAlive(first));
        Assert.NotEqual($"{first}", await frontDoor.Client.GetStringAsync("/one/pid", Token));
        Assert.Equal("idle", (await frontDoor.GroupAsync("two", Token)).GetProperty("state").GetString());
        Assert.Equal("serving", (await frontDoor.GroupAsync("keeps", Token)).GetProperty("state").GetString());
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group two gives up a worker", StringComparison.Ordinal) && line.Contains("to make room for group one", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_group_that_wants_more_says_what_it_lacks_and_gets_it_when_the_cap_is_raised()
    {
        var site = Site.Of(("shop", Trouble(most: 2)), ("blog", Trouble(processes: 1)));
        site["ProxyGroups"]!["MaxProcesses"] = 2;
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync();
        var slow = Enumerable.Range(0, 2).Select(_ => frontDoor.Client.GetStringAsync("/shop/sleep?8", Token)).ToList();
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group shop wants 1 more worker: the machine's cap of 2 processes (ProxyGroups:MaxProcesses) is reached by blog 1, shop 1", StringComparison.Ordinal));
        Assert.StartsWith("wants 1 more worker", (await frontDoor.GroupAsync("shop", Token)).GetProperty("shortage").GetString(), StringComparison.Ordinal);
        Assert.Contains("Wants 1 more worker", await frontDoor.Client.GetStringAsync(Site.Overview, Token), StringComparison.Ordinal);
        site["ProxyGroups"]!["MaxProcesses"] = 3;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        await frontDoor.WaitForReadyAsync(3);
        Assert.Equal(2, (await Task.WhenAll(slow)).Distinct().Count());
        Assert.Null((await frontDoor.GroupAsync("shop", Token)).GetProperty("shortage").GetString());
    }

    /// <summary>Two groups that are never idle share one place: both are served, again and again.</summary>
    [Fact(Timeout = 120_000)]
    public async Task No_group_starves_another()
    {
        await using var frontDoor = await StartAsync(most: 1, ("one", Trouble()), ("two", Trouble()));
        var workers = new ConcurrentDictionary<(string Group, string Pid), bool>();
        bool HaveHadTwoTurns() => workers.Keys.GroupBy(static worker => worker.Group).Count(static group => group.Count() >= 2) == 2;
        async Task KeepBusyAsync(string group)
        {
            while (!HaveHadTwoTurns())
            {
                workers[(group, await frontDoor.Client.GetStringAsync($"/{group}/sleep?0.1", Token))] = true;
            }
        }

        await Task.WhenAll(KeepBusyAsync("one"), KeepBusyAsync("one"), KeepBusyAsync("two"), KeepBusyAsync("two"));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_restart_without_room_for_successors_goes_in_place_keeps_the_cap_and_fails_no_request()
    {
        var site = Site.Of(("shop", Trouble(processes: 3, group: "python")));
        site["ProxyGroups"]!["ApplicationGroups"] = new JsonObject { ["python"] = new JsonObject { ["MaxProcesses"] = 3 } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync(3);
        var old = await frontDoor.PidsAsync("shop", Token);
        await using var storm = Storm.Begin(frontDoor, "/shop/pid");
        frontDoor.Signal("HUP");
        await Poll.UntilAsync(() => old.All(static pid => !Poll.IsAlive(pid)), "the end of the old workers", Token);
        await frontDoor.WaitForReadyAsync(6);
        await storm.AssertNothingFailedAsync();
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group shop has no room for successors beside the workers that they replace: application group python's cap of 3 processes", StringComparison.Ordinal));
    }

    /// <summary>Whether its size is known when the second one asks, or only after it has started: one of them makes room for the other.</summary>
    [Fact(Timeout = 90_000)]
    public async Task Workers_that_do_not_fit_into_the_memory_together_take_turns()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "wsgi.py"), """
            import os
            ballast = os.urandom(1) * (60 << 20)
            def application(environ, start_response):
                start_response("200 OK", [])
                return [str(os.getpid()).encode()]
            """, Token);
        var site = Site.Of(("one", Ballast), ("two", Ballast));
        site["ProxyGroups"]!["MaxMemory"] = "100MiB";
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, root);
        var first = int.Parse(await frontDoor.Client.GetStringAsync("/one/", Token), null);
        await frontDoor.Client.GetStringAsync("/two/", Token);
        await Poll.UntilAsync(() => !Poll.IsAlive(first), "the end of the one that has been idle longer", Token, seconds: 30);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group one gives up a worker", StringComparison.Ordinal));
        await frontDoor.Client.GetStringAsync("/one/", Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group two gives up a worker", StringComparison.Ordinal));
    }

    private static object Ballast { get; } = new { Wsgi = "wsgi:application", TestApps.Python, Processes = 0, Threads = 1, Queue = new { MaxWait = "40s" } };

    private static Task<FrontDoorProcess> StartAsync(int most, params (string Name, object Group)[] groups)
    {
        var site = Site.Of(groups);
        site["ProxyGroups"]!["MaxProcesses"] = most;
        return FrontDoorProcess.StartAsync(site);
    }

    private static object Trouble(int processes = 0, int most = 0, string? group = null) => new
    {
        ApplicationGroup = group,
        Directory = TestApps.Folder("trouble"),
        TestApps.Python,
        Processes = processes,
        MaxProcesses = Math.Max(1, Math.Max(most, processes)),
        Threads = 1,
        Queue = new { MaxWait = "40s" },
    };
}
