using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Whatever an app or its worker does: what the client gets, what the operator reads, and that the group goes on.</summary>
public sealed class FailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task With_a_full_queue_the_next_request_is_refused_at_once()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Threads = 1, Queue = new { Limit = 1, MaxWait = "40s" } });
        var held = await HoldAsync(frontDoor);
        var queued = AskAsync(frontDoor, "release");
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token, queued: 1);

        var (refused, elapsed) = await TimeAsync(AskAsync(frontDoor, "echo"));
        await AssertFailureAsync(refused, HttpStatusCode.ServiceUnavailable, "connection_limit_reached", "The app is busy and its queue is full.");
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.True(elapsed < TimeSpan.FromMilliseconds(500), $"took {elapsed}");

        Poll.Kill((await frontDoor.PidsAsync("app", Token)).Single());
        Assert.Equal(HttpStatusCode.BadGateway, (await held).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await queued).StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(700)]
    [InlineData(1500)]
    public async Task A_request_that_has_waited_MaxWait_is_refused_then_and_not_before(int milliseconds)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Threads = 1, Queue = new { MaxWait = $"{milliseconds}ms" } });
        var held = await HoldAsync(frontDoor);

        var waits = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TimeAsync(AskAsync(frontDoor, "echo"))));
        foreach (var (answer, elapsed) in waits)
        {
            await AssertFailureAsync(answer, HttpStatusCode.ServiceUnavailable, "connection_limit_reached", "The app is busy; this request waited too long for its turn.");
            Assert.InRange(elapsed.TotalMilliseconds, milliseconds, milliseconds + 900);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"waited {string.Join(" ", waits.Select(wait => $"{wait.Elapsed.TotalMilliseconds:0}"))} ms");
        Poll.Kill((await frontDoor.PidsAsync("app", Token)).Single());
        await held;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_request_that_would_wait_too_long_is_refused_at_once()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), Threads = 1, Queue = new { Limit = 1000, MaxWait = "1s" } });
        for (var lesson = 0; lesson < 20; lesson++)
        {
            using var taught = await frontDoor.Client.GetAsync("/app/sleep?ms=100", Token);
        }

        var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => TimeAsync(frontDoor.Client.GetAsync("/app/sleep?ms=100", Token))));
        var refused = all.Where(static one => one.Answer.StatusCode == HttpStatusCode.ServiceUnavailable).ToList();
        Assert.InRange(all.Length - refused.Count, 5, 14);
        var atOnce = refused.Where(static one => one.Elapsed < TimeSpan.FromMilliseconds(900)).ToList();
        // The estimate is a mean: the one or two at its edge may be let in and then wait in vain.
        Assert.InRange(refused.Count - atOnce.Count, 0, 3);
        foreach (var (answer, _) in atOnce)
        {
            await AssertFailureAsync(answer, HttpStatusCode.ServiceUnavailable, "connection_limit_reached", "would have waited too long");
        }

        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_GET_whose_worker_is_killed_is_answered_by_another_one()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Processes = 2, Threads = 4 });
        await frontDoor.WaitForReadyAsync(2);
        var visits = Path.Combine(frontDoor.ContentRoot, "visits");
        var asked = AskAsync(frontDoor, "hang", visits);
        await Poll.UntilAsync(() => Poll.LinesOf(visits) == 1, "the first visit", Token);
        Poll.Kill(int.Parse((await File.ReadAllLinesAsync(visits, Token))[0], null));
        await Poll.UntilAsync(() => Poll.LinesOf(visits) == 2, "the second visit", Token);
        while (!asked.IsCompleted)
        {
            using var released = await AskAsync(frontDoor, "release");
        }

        Assert.Equal("released", await (await asked).Content.ReadAsStringAsync(Token));
        Assert.Equal(2, (await File.ReadAllLinesAsync(visits, Token)).Distinct().Count());
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("GET", "die", 0, 2)]
    [InlineData("HEAD", "die", 0, 2)]
    [InlineData("GET", "die-after-body", 1000, 2)]
    [InlineData("POST", "die", 0, 1)]
    [InlineData("POST", "die", 1000, 1)]
    [InlineData("POST", "die-after-body", 1000, 1)]
    [InlineData("PUT", "die-after-body", 3_000_000, 1)]
    [InlineData("DELETE", "die", 0, 1)]
    public async Task A_request_that_kills_its_workers_meets_two_if_it_is_safe_and_one_if_not(string method, string verb, int length, int expected)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Processes = 3 });
        await frontDoor.WaitForReadyAsync(3);
        var visits = Path.Combine(frontDoor.ContentRoot, "visits");
        using var answer = await AskAsync(frontDoor, verb, visits, new HttpMethod(method), length > 0 ? new ByteArrayContent(new byte[length]) : null);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("proxygroups; error=connection_terminated", answer.Headers.GetValues("Proxy-Status").Single());
        var lines = await File.ReadAllLinesAsync(visits, Token);
        Assert.Equal((expected, expected), (lines.Length, lines.Distinct().Count()));
        await frontDoor.WaitForLogAsync(line => line.Contains("signal 9", StringComparison.OrdinalIgnoreCase) || line.Contains("SIGKILL", StringComparison.Ordinal));
        if (expected == 2)
        {
            await frontDoor.WaitForLogAsync(static line => line.Contains("suspect request", StringComparison.Ordinal));
        }

        using var after = await AskAsync(frontDoor, "echo");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_worker_that_lives_and_does_not_listen_any_more_is_replaced_and_no_request_fails(string method)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Threads = 1 });
        await frontDoor.WaitForReadyAsync();
        var deaf = (await frontDoor.PidsAsync("app", Token)).Single();
        var words = (await File.ReadAllTextAsync($"/proc/{deaf}/cmdline", Token)).Split('\0');
        File.Delete(words.Single(static word => word.EndsWith(".sock", StringComparison.Ordinal)));
        using var answer = await AskAsync(frontDoor, "echo", method: new HttpMethod(method));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await frontDoor.WaitForLogAsync(line => line.Contains($"pid {deaf} drains: does not listen any more", StringComparison.Ordinal));
        Assert.NotEqual(deaf, (await frontDoor.PidsAsync("app", Token)).Last());
    }

    [Theory(Timeout = 60_000)]
    [InlineData("close", "connection_terminated", "closed the connection before the first byte")]
    [InlineData("close-mid-headers", "http_response_incomplete", "closed the connection within the response head")]
    [InlineData("garbage", "http_protocol_error", "does not start with HTTP/1.")]
    [InlineData("huge-headers", "http_response_header_section_size", "the response head is larger than")]
    [InlineData("crash", "connection_terminated", "closed the connection before the first byte")]
    public async Task A_worker_that_breaks_the_protocol_costs_its_client_502_and_the_group_goes_on(string verb, string error, string line)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), Processes = 4 });
        await frontDoor.WaitForReadyAsync(4);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var request = new HttpRequestMessage(method, "/app/" + verb);
            using var answer = await frontDoor.Client.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            Assert.Equal($"proxygroups; error={error}", answer.Headers.GetValues("Proxy-Status").Single());
            var id = (await answer.Content.ReadFromJsonElementAsync(Token)).GetProperty("id").GetString()!;
            await frontDoor.WaitForLogAsync(logged => logged.Contains(id, StringComparison.Ordinal) && logged.Contains(line, StringComparison.Ordinal));
        }

        using var after = await frontDoor.Client.GetAsync("/app/pid", Token);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\nonly this")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n")]
    public async Task An_answer_that_is_cut_off_never_ends_cleanly_at_the_client(string sent)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker });
        var request = $"POST /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: respond\r\nX-Then: close\r\nContent-Length: {sent.Length}\r\n\r\n{sent}";
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync(request, Token);
        try
        {
            // Where nothing of it had been passed on yet, an honest 502 is still possible.
            Assert.Equal(502, (await client.ReceiveAsync(Token)).Status);
        }
        catch (IOException)
        {
            // Broken off: what a client expects of an answer that is not whole.
        }

        await frontDoor.WaitForLogAsync(static line => line.Contains("within the response body", StringComparison.Ordinal));
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_request_past_its_deadline_gets_504_its_stacks_are_logged_and_its_worker_is_replaced_without_cutting_others()
    {
        await using var frontDoor = await StartAsync(new
        {
            Directory = TestApps.Folder("trouble"),
            TestApps.Python,
            Timeouts = new { Request = "1500ms", Drain = "30s" },
        });
        var pid = await frontDoor.Client.GetStringAsync("/app/pid", Token);
        var file = Path.Combine(frontDoor.ContentRoot, "go-on");
        using var other = await frontDoor.Client.GetAsync("/app/until?" + file, HttpCompletionOption.ResponseHeadersRead, Token);
        var (late, elapsed) = await TimeAsync(frontDoor.Client.GetAsync("/app/sleep?100", Token));
        await AssertFailureAsync(late, HttpStatusCode.GatewayTimeout, "http_response_timeout", "The app took too long to answer.");
        Assert.InRange(elapsed.TotalMilliseconds, 1500, 2500);
        await frontDoor.WaitForLogAsync(static line => line.Contains("wsgi.py", StringComparison.Ordinal) && line.Contains("time.sleep", StringComparison.Ordinal) || line.Contains("in application", StringComparison.Ordinal));
        await frontDoor.WaitForReadyAsync(2);
        Assert.NotEqual(pid, await frontDoor.Client.GetStringAsync("/app/pid", Token));
        await File.WriteAllTextAsync(file, string.Empty, Token);
        Assert.Equal("begun\nfinished\n", await other.Content.ReadAsStringAsync(Token));
        await Poll.UntilAsync(() => !Poll.IsAlive(int.Parse(pid, null)), "the end of the late worker", Token, seconds: 45);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_that_hangs_is_replaced_also_when_its_client_has_left()
    {
        await using var frontDoor = await StartAsync(new { Directory = TestApps.Folder("trouble"), TestApps.Python, Timeouts = new { Request = "1s" } });
        var arrived = Path.Combine(frontDoor.ContentRoot, "arrived");
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync($"GET /app/hang?{arrived} HTTP/1.1\r\nHost: a\r\n\r\n", Token);
        await Poll.UntilAsync(() => File.Exists(arrived), "the arrival", Token);
        client.Reset();
        await frontDoor.WaitForLogAsync(static line => line.Contains("was asked for its stacks", StringComparison.Ordinal));
        await frontDoor.WaitForReadyAsync(2);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Fact(Timeout = 60_000)]
    public async Task Clients_that_cut_their_uploads_off_take_no_worker_out_of_service()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), Queue = new { MaxWait = "1s" } });
        for (var round = 0; round < 20; round++)
        {
            using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
            await client.SendAsync("POST /app/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + "20000\r\n" + new string('x', 0x20000) + "\r\n", Token);
            await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
            client.Reset();
            using var answer = await frontDoor.Client.GetAsync("/app/pid", Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("its connection broke before an answer", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_that_falls_silent_in_its_answer_is_cut_off()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), Timeouts = new { Silence = "1s" } });
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync("GET /app/stall-mid-body HTTP/1.1\r\nHost: a\r\n\r\n", Token);
        var start = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<IOException>(() => client.ReceiveAsync(Token));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 900, 3000);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("never-ready", "was not ready after", "Nothing listens on socket", "never ready")]
    [InlineData("exit-at-once=7", "exited before it was ready: exit code 7", "the same command, run by hand", "")]
    [InlineData("answer=garbage", "The readiness check fails", "must speak HTTP/1.1 on its socket", "")]
    [InlineData("answer=unavailable", "The readiness check fails", "Readiness:Path", "")]
    public async Task A_worker_that_does_not_start_costs_the_client_503_and_the_operator_reads_why(string verb, string cause, string remedy, string output)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(verb), Timeouts = new { Startup = verb.StartsWith("exit", StringComparison.Ordinal) ? "30s" : "5s" } });
        using var answer = await frontDoor.Client.GetAsync("/app/", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("proxygroups; error=destination_unavailable", answer.Headers.GetValues("Proxy-Status").Single());
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.DoesNotContain("exit", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        var line = await frontDoor.WaitForLogAsync(static line => line.Contains("did not start", StringComparison.Ordinal));
        Assert.Contains(cause, line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
        Assert.Contains(output, line, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_that_prints_garbage_is_logged_and_served()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker("garbage-start", "flood=2000") });
        using var answer = await frontDoor.Client.GetAsync("/app/pid", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await frontDoor.WaitForLogAsync(static line => line.Contains("no line end", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_Python_app_that_cannot_be_imported_is_named_with_the_remedy()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "wsgi.py"), "import no_such_module\napplication = None\n", Token);
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Wsgi = "wsgi:application", TestApps.Python })), root);
        using var answer = await frontDoor.Client.GetAsync("/app/", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var line = await frontDoor.WaitForLogAsync(static line => line.Contains("did not start", StringComparison.Ordinal));
        Assert.Contains("Install the Python module 'no_such_module'", line, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Production", "text/html,*/*", "text/html", false)]
    [InlineData("Production", "application/json", "application/problem+json", false)]
    [InlineData("Production", null, "application/problem+json", false)]
    [InlineData("Development", "text/html", "text/html", true)]
    [InlineData("Development", "*/*", "application/problem+json", true)]
    public async Task A_failure_is_a_page_or_a_problem_and_tells_details_in_development_only(string environment, string? accept, string type, bool hasDetails)
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(
            Site.Of(("app", new { Command = TestApps.TestWorker() })), environment: new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = environment });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app/garbage");
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var answer = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal(hasDetails, (await answer.Content.ReadAsStringAsync(Token)).Contains("this is not HTTP", StringComparison.Ordinal));
    }

    private static Task<FrontDoorProcess> StartAsync(object app) => FrontDoorProcess.StartAsync(Site.Of(("app", app)));

    private static async Task<HttpResponseMessage> AskAsync(FrontDoorProcess frontDoor, string verb, string? visits = null, HttpMethod? method = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "/app/") { Headers = { { "X-Verb", verb } }, Content = content };
        if (visits is not null)
        {
            request.Headers.Add("X-File", visits);
        }

        return await frontDoor.Client.SendAsync(request, Token);
    }

    /// <summary>A request that the worker has and does not answer. One whose bytes have not reached it yet would go on to the next worker.</summary>
    private static async Task<Task<HttpResponseMessage>> HoldAsync(FrontDoorProcess frontDoor)
    {
        var visits = Path.Combine(frontDoor.ContentRoot, "held");
        var held = AskAsync(frontDoor, "hang", visits, HttpMethod.Post);
        await Poll.UntilAsync(() => Poll.LinesOf(visits) == 1, "the arrival of the held request", Token);
        return held;
    }

    private static async Task<(HttpResponseMessage Answer, TimeSpan Elapsed)> TimeAsync(Task<HttpResponseMessage> asking)
    {
        var start = TimeProvider.System.GetTimestamp();
        var answer = await asking;
        return (answer, TimeProvider.System.GetElapsedTime(start));
    }

    private static async Task AssertFailureAsync(HttpResponseMessage answer, HttpStatusCode status, string error, string text)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal($"proxygroups; error={error}", answer.Headers.GetValues("Proxy-Status").Single());
        Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), answer.Content.Headers.ContentType);
        var problem = await answer.Content.ReadFromJsonElementAsync(Token);
        Assert.Contains(text, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("id").GetString()!);
    }
}
