using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A worker never has more to do than its slots, whatever clients do; and each slot comes back.</summary>
public sealed class SlotTests
{
    private const int Threads = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsLong => Environment.GetEnvironmentVariable("PROXYGROUPS_LONG") == "1";

    [Fact(Timeout = 240_000)]
    public async Task Through_a_storm_of_all_kinds_of_clients_no_worker_sees_more_than_its_threads()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Processes = 2, Threads, Queue = new { MaxWait = "20s" } });
        await frontDoor.WaitForReadyAsync(2);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        end.CancelAfter(TimeSpan.FromSeconds(IsLong ? 60 : 6));
        var told = new ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(number => StormAsync(frontDoor, number, told, end.Token)));

        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
        Assert.True(told["echo"] > 50 && told.GetValueOrDefault("failed") == 0, string.Join(" ", told));
        var workers = new Dictionary<int, JsonElement>();
        while (workers.Count < 2)
        {
            foreach (var counts in await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => frontDoor.AskAsync("counts", Token))))
            {
                var worker = await counts.Content.ReadFromJsonElementAsync(Token);
                workers[worker.GetProperty("pid").GetInt32()] = worker;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{string.Join(" ", told)}; {string.Join(" ", workers.Values)}");
        Assert.All(workers.Values, static worker => Assert.InRange(worker.GetProperty("maxRequests").GetInt32(), 1, Threads));
        Assert.All(workers.Values, static worker => Assert.InRange(worker.GetProperty("maxConnections").GetInt32(), 1, Threads));
        Assert.Equal(2 * Threads, (await frontDoor.GroupAsync("app", Token)).GetProperty("slots").GetInt32());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_leaves_in_its_upload_frees_the_slot_soon()
    {
        await using var frontDoor = await StartAsync(Trouble);
        var took = await LeaveAsync(frontDoor, "POST /app/read HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + new string('x', 200_000));
        Assert.InRange(took.TotalSeconds, 0, 2);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_leaves_before_the_head_frees_the_slot_when_the_worker_has_done_its_work()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker });
        var visits = Path.Combine(frontDoor.ContentRoot, "visits");
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync($"GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: hang\r\nX-File: {visits}\r\n\r\n", Token);
        await Poll.UntilAsync(() => Poll.LinesOf(visits) == 1, "the visit", Token);
        client.Reset();
        for (var look = 0; look < 50; look++)
        {
            Assert.Equal(1, await frontDoor.BusyAsync("app", Token));
        }

        using var released = await frontDoor.AskAsync("release", Token);
        var took = await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
        Assert.InRange(took.TotalSeconds, 0, 1);
    }

    [Fact(Timeout = 60_000)]
    public async Task Clients_that_leave_stuck_requests_behind_cost_the_next_ones_nothing()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Threads = 2, Timeouts = new { Request = "1s", Drain = "2s", Stop = "1s" } });
        await frontDoor.WaitForReadyAsync();
        for (var busy = 1; busy <= 2; busy++)
        {
            using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
            await client.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: hang\r\n\r\n", Token);
            await frontDoor.WaitForSlotsAsync("app", busy, Token);
            client.Reset();
        }

        await frontDoor.WaitForReadyAsync(2);
        using var answer = await frontDoor.AskAsync("echo", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("events")]
    [InlineData("endless")]
    public async Task A_client_that_leaves_in_the_body_frees_the_slot_within_seconds(string verb)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker });
        var took = await LeaveAsync(frontDoor, $"GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: {verb}\r\n\r\n", untilHead: true);
        Assert.InRange(took.TotalSeconds, 0, 7);
    }

    [Fact(Timeout = 60_000)]
    public async Task Queued_clients_that_hang_up_leave_the_queue_and_never_reach_a_worker()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Threads = 1, Queue = new { Limit = 1000, MaxWait = "60s" } });
        using var first = await frontDoor.AskAsync("counts", Token);
        var before = (await first.Content.ReadFromJsonElementAsync(Token)).GetProperty("total").GetInt32();
        using var holder = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await holder.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: events\r\n\r\n", Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
        var waiting = await Task.WhenAll(Enumerable.Range(0, 500).Select(async _ =>
        {
            var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
            await client.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\n\r\n", Token);
            return client;
        }));
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token, queued: 500);
        Array.ForEach(waiting, static client => client.Reset());
        var took = await frontDoor.WaitForSlotsAsync("app", busy: 1, Token, seconds: 2);
        holder.Reset();
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
        using var last = await frontDoor.AskAsync("counts", Token);
        Assert.Equal(before + 2, (await last.Content.ReadFromJsonElementAsync(Token)).GetProperty("total").GetInt32());
        TestContext.Current.TestOutputHelper!.WriteLine($"500 left the queue within {took.TotalMilliseconds:0} ms");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_WebSocket_holds_one_slot_until_it_is_closed()
    {
        const string protocol = "websocket";
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker, Threads = 1, Timeouts = new { Request = "1s", Silence = "1s" } });
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync(
            $"GET /app/socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\nX-Verb: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", Token);
        var answer = await client.ReceiveAsync(Token);
        Assert.Equal((101, protocol, "yes"), (answer.Status, answer.Header("Upgrade"), answer.Header("X-Accept")));
        foreach (var word in new[] { "hello", "there", new string('z', 100_000) })
        {
            await client.SendAsync(word, Token);
            Assert.Equal(word, Encoding.Latin1.GetString(await client.ReadAsync(word.Length, Token)));
        }

        // Nobody speaks for longer than Request and Silence allow: an open connection has nothing to answer.
        var refused = await frontDoor.AskAsync("echo", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(1, await frontDoor.BusyAsync("app", Token));
        await client.SendAsync("still", Token);
        Assert.Equal("still", Encoding.Latin1.GetString(await client.ReadAsync(5, Token)));
        client.EndSending();
        Assert.Empty(await client.ReadToEndAsync(Token));
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Fact(Timeout = 60_000)]
    public async Task Events_reach_the_client_one_by_one()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.RawWorker });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app/") { Headers = { { "X-Verb", "events" } } };
        using var answer = await frontDoor.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal($"data: {number}", await reader.ReadLineAsync(Token));
            Assert.Equal(string.Empty, await reader.ReadLineAsync(Token));
            using var released = await frontDoor.AskAsync("release", Token);
        }

        Assert.Null(await reader.ReadLineAsync(Token));
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
    }

    [Fact(Timeout = 60_000)]
    public async Task Neither_a_slow_reader_nor_a_slow_sender_holds_a_slot()
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), Threads = 1 });
        using var reader = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await reader.SendAsync("GET /app/bytes?n=1000000 HTTP/1.1\r\nHost: a\r\n\r\n", Token);
        using var sender = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await sender.SendAsync("POST /app/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nslow", Token);
        for (var round = 0; round < 20; round++)
        {
            using var answer = await frontDoor.Client.GetAsync("/app/pid", Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(0, await frontDoor.BusyAsync("app", Token));
        await sender.SendAsync(new string('x', 996), Token);
        Assert.EndsWith("body 1000\n", (await sender.ReceiveAsync(Token)).Text, StringComparison.Ordinal);
        Assert.Equal(1_000_000, (await reader.ReceiveAsync(Token)).Body.Length);
    }

    private static object Trouble => new { Directory = TestApps.Folder("trouble"), TestApps.Python };

    private static Task<FrontDoorProcess> StartAsync(object app) => FrontDoorProcess.StartAsync(Site.Of(("app", app)));

    /// <summary>Sends a request, hangs up once its slot is held, and tells how long the slot stayed away.</summary>
    private static async Task<TimeSpan> LeaveAsync(FrontDoorProcess frontDoor, string request, bool untilHead = false)
    {
        await frontDoor.WaitForReadyAsync();
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync(request, Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
        if (untilHead)
        {
            await client.ReceiveHeadAsync(Token);
        }

        client.Reset();
        var took = await frontDoor.WaitForSlotsAsync("app", busy: 0, Token);
        TestContext.Current.TestOutputHelper!.WriteLine($"slot back {took.TotalMilliseconds:0} ms after the client had left");
        return took;
    }

    private static async Task StormAsync(FrontDoorProcess frontDoor, int number, ConcurrentDictionary<string, int> told, CancellationToken end)
    {
        var random = new Random(number);
        while (!end.IsCancellationRequested)
        {
            var kind = random.Next(10) switch { < 4 => "echo", 4 => "sleep", 5 => "upload cut", 6 => "leaves early", 7 => number < 2 ? "endless" : "echo", 8 => "slow", _ => "broken" };
            told.AddOrUpdate(kind, 1, static (_, count) => count + 1);
            using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
            switch (kind)
            {
                case "upload cut":
                    await client.SendAsync($"POST /app/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n{new string('u', random.Next(200_000))}", Token);
                    client.Reset();
                    break;
                case "leaves early":
                    await client.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: sleep\r\n\r\n", Token);
                    client.Reset();
                    break;
                case "endless":
                    await client.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: endless\r\n\r\n", Token);
                    await client.ReadAsync(100_000, Token);
                    client.Reset();
                    break;
                case "slow":
                    await client.SendAsync("POST /app/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nsl", Token);
                    await Poll.PauseAsync(Token);
                    await client.SendAsync("owl", Token);
                    await ExpectAsync(client);
                    break;
                case "broken":
                    await client.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", Token);
                    break;
                default:
                    await client.SendAsync($"GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: {kind}\r\n\r\n", Token);
                    await ExpectAsync(client);
                    break;
            }
        }

        async Task ExpectAsync(RawClient client)
        {
            if ((await client.ReceiveAsync(Token)).Status != 200)
            {
                told.AddOrUpdate("failed", 1, static (_, count) => count + 1);
            }
        }
    }
}
