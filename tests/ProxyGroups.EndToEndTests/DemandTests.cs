using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Workers come with the requests and go when there are none.</summary>
public sealed class DemandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task The_first_request_starts_the_app_and_waits_for_it_and_an_idle_app_really_stops()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", Trouble(processes: 0, idle: "1s"))));
        Assert.Equal(("idle", 0), await StateAsync(frontDoor));
        var pid = int.Parse(await frontDoor.Client.GetStringAsync("/app/pid", Token), null);
        await Poll.UntilAsync(() => !Poll.IsAlive(pid), "the end of the idle worker", Token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("(its last request ended)", StringComparison.Ordinal));
        Assert.Equal(("idle", 0), await StateAsync(frontDoor));
        Assert.NotEqual($"{pid}", await frontDoor.Client.GetStringAsync("/app/pid", Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_that_come_while_idle_workers_retire_are_all_served()
    {
        // The clients come back at once, while the worker drains, and when it is gone.
        string?[] moments = [null, "drains: ", "(its last request ended)"];
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", Trouble(processes: 0, idle: "150ms"))));
        var pids = new HashSet<string>();
        for (var round = 0; round < 15; round++)
        {
            var moment = moments[round % moments.Length];
            var before = frontDoor.Log.Count(line => moment is not null && line.Contains(moment, StringComparison.Ordinal));
            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => frontDoor.Client.GetStringAsync("/app/pid", Token)));
            pids.UnionWith(answers);
            await (moment is null ? Task.CompletedTask : frontDoor.WaitForLogAsync(moment, before + 1));
        }

        Assert.True(pids.Count > 1, "No worker retired.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_busy_group_grows_to_its_maximum_and_shrinks_to_its_minimum()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", Trouble(processes: 1, most: 3, idle: "1s"))));
        await frontDoor.WaitForReadyAsync();
        var slow = Enumerable.Range(0, 5).Select(_ => frontDoor.Client.GetStringAsync("/app/sleep?2", Token)).ToList();
        await frontDoor.WaitForReadyAsync(3);
        Assert.Equal(3, (await Task.WhenAll(slow)).Distinct().Count());
        await UntilAsync(frontDoor, workers: 1);
        Assert.Equal(0, (await frontDoor.GroupAsync("app", Token)).GetProperty("workers")[0].GetProperty("rank").GetInt32());
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_that_share_a_start_wait_for_one_worker_only()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", Trouble(processes: 0, most: 3, threads: 4))));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => frontDoor.Client.GetStringAsync("/app/pid", Token)));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, (await StateAsync(frontDoor)).Workers);
    }

    private static object Trouble(int processes, int most = 1, int threads = 1, string idle = "5m") => new
    {
        Directory = TestApps.Folder("trouble"),
        TestApps.Python,
        Processes = processes,
        MaxProcesses = most,
        Threads = threads,
        Queue = new { MaxWait = "20s" },
        Timeouts = new { Idle = idle },
    };

    private static async Task<(string State, int Workers)> StateAsync(FrontDoorProcess frontDoor)
    {
        var group = await frontDoor.GroupAsync("app", Token);
        return (group.GetProperty("state").GetString()!, group.GetProperty("workers").GetArrayLength());
    }

    private static async Task UntilAsync(FrontDoorProcess frontDoor, int workers)
    {
        var start = TimeProvider.System.GetTimestamp();
        while ((await StateAsync(frontDoor)).Workers != workers)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 20, $"Wanted {workers} workers: {await frontDoor.GroupAsync("app", Token)}");
            await Poll.PauseAsync(Token);
        }
    }
}
