using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>
/// A hang in each step of a worker's life: one timer ends it while all others are off or far away, the log has the reason, and the
/// stacks, or what the threads wait for where a program cannot print them.
/// </summary>
public sealed class HangTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task In_the_import_Startup_ends_it()
    {
        await using var frontDoor = await StartAsync(Python("import time\ntime.sleep(1000)\napplication = None\n"), "Startup", "2s");
        var line = await LineAsync(frontDoor, "did not start");
        Assert.Contains("import does not end; its stacks follow", line, StringComparison.Ordinal);
        await LineAsync(frontDoor, "app.py\", line 2 in <module>");
        await LineAsync(frontDoor, "is killed with all that it started: could not start");
    }

    [Fact(Timeout = 60_000)]
    public async Task In_the_start_of_a_program_Startup_ends_it()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker("never-ready") }, "Startup", "3s");
        Assert.Contains("Nothing listens on", await LineAsync(frontDoor, "did not start"), StringComparison.Ordinal);
        await LineAsync(frontDoor, "its threads are");
        await LineAsync(frontDoor, ": 1 x waiting in ");
        await LineAsync(frontDoor, "is killed with all that it started: could not start");
    }

    [Fact(Timeout = 60_000)]
    public async Task In_a_request_Request_ends_it()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker() }, "Request", "1s");
        using var answer = await frontDoor.Client.GetAsync("/app/hang", Token);
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        await LineAsync(frontDoor, "its threads are");
        await LineAsync(frontDoor, "drains: a request exceeded its deadline");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_NET_app_that_hangs_in_a_request_shows_its_stacks_where_dotnet_stack_is_installed()
    {
        var (root, worker) = (FrontDoorProcess.CreateContentRoot(), TestApps.TestWorker()[1]);
        await using var frontDoor = await StartAsync(new { Directory = Path.GetDirectoryName(worker), DotNet = Path.GetFileName(worker), Environment = new { TMPDIR = root } }, "Request", "1s");
        using var answer = await frontDoor.Client.GetAsync("/app/block", Token);
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        await LineAsync(frontDoor, "was asked for its stacks");
        await LineAsync(frontDoor, "stdout:   TestWorker!TestWorker.Verbs.BlockForEver()");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_Node_app_whose_loop_is_stuck_is_told_to_compute_and_is_replaced()
    {
        const string App = """
            require("http").createServer((request, response) => {
                while (request.url === "/stuck") { }
                response.end(String(process.pid));
            }).listen(process.argv[2]);
            """;
        var folder = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(folder, "app.js"), App, Token);
        await using var frontDoor = await StartAsync(new { Directory = folder, Command = "node app.js {socket}" }, "Request", "3s");
        var pid = await frontDoor.Client.GetStringAsync("/app/", Token);
        using var answer = await frontDoor.Client.GetAsync("/app/stuck", Token);
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains($"pid {pid}: its threads are", await LineAsync(frontDoor, "its threads are"), StringComparison.Ordinal);
        await LineAsync(frontDoor, $"process {pid} (node): 1 x running");
        await LineAsync(frontDoor, "drains: a request exceeded its deadline");
        await frontDoor.WaitForReadyAsync(2);
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/", Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task In_a_response_Silence_ends_it()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python, Threads = 1 }, "Silence", "1s");
        using var answer = await frontDoor.Client.GetAsync("/app/until?/never", HttpCompletionOption.ResponseHeadersRead, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync(Token));
        await LineAsync(frontDoor, "in until");
        await LineAsync(frontDoor, "drains: a response fell silent within Timeouts:Silence");
        using var next = await frontDoor.Client.GetAsync("/app/pid", Token);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task In_native_code_that_holds_the_interpreter_lock_Watchdog_ends_it()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python }, "Watchdog", "2s");
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        var stuck = frontDoor.Client.PostAsync("/app/stuck", null, Token);
        await LineAsync(frontDoor, "has given no sign of life for");
        await LineAsync(frontDoor, "in application");
        await LineAsync(frontDoor, "drains: gave no sign of life within Timeouts:Watchdog");
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));
        using var answer = await stuck;
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        await LineAsync(frontDoor, "is killed with all that it started: gave no sign of life");
        // The line comes before the deed.
        await Poll.UntilAsync(async () => !(await frontDoor.PidsAsync("app", Token)).Contains(int.Parse(pid, CultureInfo.InvariantCulture)), "the end of the killed worker", Token);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_that_is_busy_but_alive_outlives_its_watchdog()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python, Threads = 1 }, "Watchdog", "1s");
        using var answer = await frontDoor.Client.GetAsync("/app/sleep?4", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("sign of life", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_never_beats_is_told_so()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker() }, "Watchdog", "1s");
        Assert.Contains("it never said WATCHDOG=1", await LineAsync(frontDoor, "has given no sign of life for"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task In_the_drain_Drain_ends_it()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), Recycle = new { MaxRequests = 1 } }, "Drain", "1s");
        using var answer = await frontDoor.Client.PostAsync("/app/hang", null, Token);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        await LineAsync(frontDoor, "drains: has had its share of Recycle:MaxRequests");
        await LineAsync(frontDoor, "its threads are");
        await LineAsync(frontDoor, "(requests outlasted the drain timeout)");
    }

    [Fact(Timeout = 60_000)]
    public async Task In_the_stop_Stop_ends_it()
    {
        const string App = """
            import atexit, time
            atexit.register(time.sleep, 1000)
            def application(environ, start_response):
                start_response("200 OK", [])
                return [b"served"]
            """;
        await using var frontDoor = await StartAsync(Python(App, maxRequests: 1), "Stop", "1s");
        Assert.Equal("served", await frontDoor.Client.GetStringAsync("/app/", Token));
        await LineAsync(frontDoor, "is killed with all that it started: did not stop in time");
        await LineAsync(frontDoor, "in _leave");
    }

    /// <summary>All timers off, or where they cannot be, an hour away; but for one.</summary>
    private static Task<FrontDoorProcess> StartAsync(object group, string timer, string limit)
    {
        var timeouts = new JsonObject { ["Startup"] = "1h", ["Request"] = "off", ["Silence"] = "off", ["Drain"] = "1h", ["Stop"] = "1h", ["Watchdog"] = "off" };
        timeouts[timer] = limit;
        var site = Site.Of(("app", group));
        site.Group("app")["Timeouts"] = timeouts;
        return FrontDoorProcess.StartAsync(site);
    }

    private static object Python(string program, int? maxRequests = null)
    {
        var folder = FrontDoorProcess.CreateContentRoot();
        File.WriteAllText(Path.Combine(folder, "app.py"), program);
        return new { Directory = folder, Wsgi = "app:application", TestApps.Python, Recycle = new { MaxRequests = maxRequests } };
    }

    private static Task<string> LineAsync(FrontDoorProcess frontDoor, string text) =>
        frontDoor.WaitForLogAsync(line => line.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(30));
}
