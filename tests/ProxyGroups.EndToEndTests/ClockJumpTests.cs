using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>
/// The wall clock of the machine jumps, as when it is set or a virtual machine comes back from a snapshot: libfaketime tells the front door and its
/// workers another time, and leaves them the clock that never jumps, as the kernel does.
/// </summary>
public sealed class ClockJumpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_jump_of_the_clock_replaces_no_worker_ends_no_wait_fails_no_request_and_puts_no_event_before_another()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var (offset, release) = (Path.Combine(root, "offset"), Path.Combine(root, "release"));
        await File.WriteAllTextAsync(offset, "+0", Token);
        string[] clock = ["LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1", $"FAKETIME_TIMESTAMP_FILE={offset}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"];
        await File.WriteAllTextAsync(Path.Combine(root, "wsgi.py"), """
            import time
            def application(environ, start_response):
                environ["wsgi.input"].read()
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"%d" % time.time()]
            """, Token);
        var timeouts = new { Request = "2m", Drain = "2m", Idle = "20m", Watchdog = "20s" };
        var site = Site.Of(
            ("app", new { Directory = root, Wsgi = "wsgi:application", TestApps.Python, Processes = 2, Timeouts = timeouts, Recycle = new { MaxAge = "30m" }, Restart = new { Watch = "*.py" }, Environment = clock }),
            ("one", new { Command = TestApps.TestWorker($"release={release}"), Threads = 1, MaxProcesses = 1, Timeouts = timeouts, Queue = new { MaxWait = "30m" }, Recycle = new { MaxAge = "30m" } }),
            ("idle", new { Command = TestApps.TestWorker(), Processes = 0, Timeouts = timeouts }));
        site["ProxyGroups"]!["AccessLog"] = new JsonObject { ["Format"] = "json" };
        await using var frontDoor = await FrontDoorProcess.StartThroughAsync(["env", .. clock], site);
        await frontDoor.WaitForReadyAsync(3);
        Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync("/idle/", Token)).StatusCode);
        var before = await AllPidsAsync(frontDoor);
        var waiting = new[] { frontDoor.Client.GetAsync("/one/held", Token), frontDoor.Client.GetAsync("/one/held", Token) };
        await frontDoor.WaitForSlotsAsync("one", busy: 1, Token, queued: 1);

        await using var storm = Storm.Begin(frontDoor, "/app/");
        foreach (var jump in new[] { TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(30), TimeSpan.FromDays(-30), TimeSpan.Zero })
        {
            await File.WriteAllTextAsync(offset, $"{jump.TotalSeconds:+0;-0;+0}", Token);
            await Poll.UntilAsync(async () => IsNear(jump, await DateAsync(frontDoor)) && IsNear(jump, await WorkerTimeAsync(frontDoor)), $"the jump to {jump}", Token);
            var day = (TimeProvider.System.GetUtcNow() + jump).ToString("yyyy-MM-dd", null);
            await frontDoor.WaitForLogAsync(line => line.Contains($"\"time\":\"{day}", StringComparison.Ordinal));
            Assert.Equal(0, (await FrontDoorProcess.RunToEndAsync([jump >= TimeSpan.Zero ? "pause" : "resume", "idle"], frontDoor.ContentRoot)).ExitCode);
        }

        await storm.AssertNothingFailedAsync();
        await File.WriteAllTextAsync(release, string.Empty, Token);
        Assert.All(await Task.WhenAll(waiting), static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(before, await AllPidsAsync(frontDoor));
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains(" drains", StringComparison.Ordinal) || line.Contains("is recycled", StringComparison.Ordinal) || line.Contains("sign of life", StringComparison.Ordinal));
        await AssertEventsAreInOrderAsync(frontDoor);
    }

    // Who follows them asks for those after the last one that he has.
    private static async Task AssertEventsAreInOrderAsync(FrontDoorProcess frontDoor)
    {
        var (_, text) = await FrontDoorProcess.RunToEndAsync(["events", "--json"], frontDoor.ContentRoot);
        var events = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal(5, events.Count(static happened => happened.GetProperty("kind").GetString() == "command"));
        Assert.Equal(events.Select(static happened => happened.GetProperty("id").GetInt64()).Order().Distinct(), events.Select(static happened => happened.GetProperty("id").GetInt64()));
    }

    // Whatever it waits for takes seconds, never half an hour.
    private static bool IsNear(TimeSpan jump, DateTimeOffset time) => (time - (TimeProvider.System.GetUtcNow() + jump)).Duration() < TimeSpan.FromMinutes(1);

    private static async Task<DateTimeOffset> DateAsync(FrontDoorProcess frontDoor)
    {
        using var answer = await frontDoor.Client.GetAsync("/app/", Token);
        return answer.Headers.Date!.Value;
    }

    private static async Task<DateTimeOffset> WorkerTimeAsync(FrontDoorProcess frontDoor) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(await frontDoor.Client.GetStringAsync("/app/", Token), null));

    private static async Task<int[]> AllPidsAsync(FrontDoorProcess frontDoor) =>
        [.. await frontDoor.PidsAsync("app", Token), .. await frontDoor.PidsAsync("one", Token), .. await frontDoor.PidsAsync("idle", Token)];
}
