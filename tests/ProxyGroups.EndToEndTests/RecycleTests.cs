using System.Net;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Healthy workers are replaced by fresh ones, and nobody notices.</summary>
public sealed class RecycleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task Recycling_by_requests_fails_none_of_them()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python, Processes = 2, Recycle = new { MaxRequests = 50 } });
        await frontDoor.WaitForReadyAsync(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var storm = Task.WhenAll(Enumerable.Range(0, 4).Select(number => StormAsync(frontDoor, number % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, stop.Token)));
        await CountAsync(frontDoor, "is recycled: it has had its share", 6);
        await stop.CancelAsync();
        var pids = await storm;
        Assert.True(pids.SelectMany(static seen => seen).Distinct().Count() >= 7);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_of_age_is_replaced_although_nobody_asks()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python, Recycle = new { MaxAge = "2s" } });
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        await LineAsync(frontDoor, "is recycled: it has reached Recycle:MaxAge");
        await LineAsync(frontDoor, "ended: exit code 0");
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_worker_that_leaks_is_replaced()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python, Recycle = new { WorkerMemory = "100MiB" } });
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/app/leak?150", Token));
        await LineAsync(frontDoor, "is recycled: it uses more than Recycle:WorkerMemory");
        await LineAsync(frontDoor, "ended: exit code 0");
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));
    }

    [Fact(Timeout = 90_000)]
    public async Task Changed_limits_restart_nobody_and_hold_for_the_workers_that_run()
    {
        var site = Site.Of(("app", new { Directory = TestApps.Folder("trouble"), TestApps.Python, Recycle = new { MaxRequests = 1_000_000 } }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        await ChangeAsync(new JsonObject { ["WorkerMemory"] = "1GiB" }, revision: 2);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));

        // It has had as many by now.
        await ChangeAsync(new JsonObject { ["MaxRequests"] = 2 }, revision: 3);
        await LineAsync(frontDoor, "is recycled: it has had its share");
        await LineAsync(frontDoor, "ended: exit code 0");
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));
        Assert.Equal(1, (await frontDoor.GroupAsync("app", Token)).GetProperty("generation").GetInt32());

        async Task ChangeAsync(JsonObject limits, int revision)
        {
            site.Group("app")["Recycle"] = limits;
            await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
            await frontDoor.WaitForLogAsync(line => line.Contains($"revision {revision}", StringComparison.Ordinal));
        }
    }

    private static Task<FrontDoorProcess> StartAsync(object app) => FrontDoorProcess.StartAsync(Site.Of(("app", app)));

    private static async Task<HashSet<string>> StormAsync(FrontDoorProcess frontDoor, HttpMethod method, CancellationToken stop)
    {
        var pids = new HashSet<string>();
        while (!stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(method, "/app/pid");
            using var answer = await frontDoor.Client.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            pids.Add(await answer.Content.ReadAsStringAsync(Token));
        }

        return pids;
    }

    private static Task<string> LineAsync(FrontDoorProcess frontDoor, string text) => CountAsync(frontDoor, text, 1);

    private static Task<string> CountAsync(FrontDoorProcess frontDoor, string text, int times)
    {
        var seen = 0;
        return frontDoor.WaitForLogAsync(line => line.Contains(text, StringComparison.Ordinal) && ++seen >= times, TimeSpan.FromSeconds(60));
    }
}
