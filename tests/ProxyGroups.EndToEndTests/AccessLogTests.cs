using System.Net;
using System.Net.WebSockets;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The access log: one line for each request to a group, however it ended, and no request the worse for it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AccessLogTests
{
    private static readonly object Worker = new { Command = TestApps.RawWorker, Threads = 1, Queue = new { MaxWait = "20s" }, MaxRequestBody = "1KiB" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task Each_request_has_a_line_that_says_how_it_ended()
    {
        await using var frontDoor = await StartAsync(new { Format = "json", File = "log/access.log" }, ("app", Worker), ("full", new { Command = TestApps.RawWorker, Threads = 1, Queue = new { Limit = 0 } }));
        await frontDoor.WaitForReadyAsync(2);

        await RawClient.AskAsync(frontDoor.Address, "GET /app/a?b=c HTTP/1.1\r\nHost: shop\r\nX-Request-Id: mine\r\nUser-Agent: me\r\n\r\n", Token);
        var good = await LineAsync(frontDoor, 1);
        Assert.Equal((200, 1, 0, 1, "app"), (Number(good, "status"), Number(good, "tries"), Number(good, "rank"), Number(good, "generation"), Text(good, "group")));
        Assert.Equal(("GET", "/app/a?b=c", "shop", "me", "mine", "127.0.0.1", null), (Text(good, "method"), Text(good, "target"), Text(good, "host"), Text(good, "userAgent"), Text(good, "requestId"), Text(good, "client"), Text(good, "error")));
        Assert.InRange(Number(good, "bytes"), 50, 1000);
        // Queries are in it, so it is not for everybody.
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(FileOf(frontDoor)) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
        Assert.InRange(good.GetProperty("service").GetDouble(), 0.000001, good.GetProperty("total").GetDouble());
        Assert.Equal(0, good.GetProperty("queue").GetDouble());

        await RawClient.AskAsync(frontDoor.Address, "HEAD /app/ HTTP/1.1\r\nHost: a\r\n\r\n", Token);
        var head = await LineAsync(frontDoor, 2);
        Assert.Equal((200, 0), (Number(head, "status"), Number(head, "bytes")));

        using (var large = await frontDoor.Client.PostAsync("/app/", new ByteArrayContent(new byte[2000]), Token))
        {
            var refused = await LineAsync(frontDoor, 3);
            Assert.Equal((413, "BodyTooLarge", 0), (Number(refused, "status"), Text(refused, "error"), Number(refused, "tries")));
        }

        using (var client = await RawClient.ConnectAsync(frontDoor.Address, Token))
        {
            await client.SendAsync("GET /full/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Verb: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", Token);
            await client.ReceiveAsync(Token);
            using var busy = await frontDoor.Client.GetAsync("/full/", Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
            var full = await LineAsync(frontDoor, 4);
            Assert.Equal((503, "QueueFull", "full"), (Number(full, "status"), Text(full, "error"), Text(full, "group")));
            Assert.Equal((await busy.Content.ReadFromJsonElementAsync(Token)).GetProperty("id").GetString(), Text(full, "id"));
            Assert.False(full.TryGetProperty("rank", out _));
            Assert.Equal(0, full.GetProperty("service").GetDouble());
            await client.SendAsync("hello", Token);
            Assert.Equal(5, (await client.ReadAsync(5, Token)).Length);
            client.EndSending();
            await client.ReadToEndAsync(Token);
        }

        var upgraded = await LineAsync(frontDoor, 5);
        Assert.Equal((101, 5, 5), (Number(upgraded, "status"), Number(upgraded, "bytes"), Number(upgraded, "received")));

        // Two at once in one slot: the second one waits.
        await Task.WhenAll(frontDoor.AskAsync("sleep", Token), frontDoor.AskAsync("sleep", Token));
        var waited = await LineAsync(frontDoor, 7);
        Assert.InRange(waited.GetProperty("queue").GetDouble(), 0.01, waited.GetProperty("total").GetDouble());

        using (var leaver = await RawClient.ConnectAsync(frontDoor.Address, Token))
        {
            await leaver.SendAsync("GET /app/ HTTP/1.1\r\nHost: a\r\nX-Verb: hang\r\n\r\n", Token);
            await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
            leaver.Reset();
        }

        var gone = await LineAsync(frontDoor, 8);
        Assert.Equal((499, "ClientGone", 0), (Number(gone, "status"), Text(gone, "error"), Number(gone, "rank")));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_WebSocket_has_a_line_with_the_bytes_of_both_ways_however_it_ends()
    {
        const int Talk = 300_000;
        const string Handshake = "GET /app/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Verb: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await using var frontDoor = await StartAsync(new { Format = "json", File = "access.log" }, ("app", Worker));
        await frontDoor.WaitForReadyAsync();
        foreach (var number in Enumerable.Range(1, 3))
        {
            using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
            await client.SendAsync(Handshake, Token);
            Assert.Equal(101, (await client.ReceiveAsync(Token)).Status);
            var echo = client.ReadAsync(Talk, Token);
            await client.SendAsync(new string('x', Talk), Token);
            await echo;
            switch (number)
            {
                case 1:
                    client.EndSending();
                    Assert.Empty(await client.ReadToEndAsync(Token));
                    break;
                case 2:
                    client.Reset();
                    break;
                default:
                    client.Dispose();
                    break;
            }

            var line = await LineAsync(frontDoor, number, "access.log");
            Assert.Equal((101, Talk, Talk), (Number(line, "status"), Number(line, "bytes"), Number(line, "received")));
        }
    }

    [Fact(Timeout = 90_000)]
    public async Task A_WebSocket_over_HTTP_2_has_such_a_line_too()
    {
        const int Talk = 100_000;
        var site = Site.Of(("app", Worker));
        site["ProxyGroups"]!["AccessLog"] = new JsonObject { ["Format"] = "json", ["File"] = "access.log" };
        site["Kestrel"] = new JsonObject { ["EndpointDefaults"] = new JsonObject { ["Protocols"] = "Http2" } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync();
        using (var socket = new ClientWebSocket())
        {
            socket.Options.HttpVersion = HttpVersion.Version20;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            socket.Options.SetRequestHeader("X-Verb", "upgrade");
            using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
            await socket.ConnectAsync(new UriBuilder(frontDoor.Address) { Scheme = "ws", Path = "/app/" }.Uri, invoker, Token);
            await socket.SendAsync(new byte[Talk], WebSocketMessageType.Binary, true, Token);
            // The worker sends back the very bytes, which are a client's and no server's: only their number counts.
            await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(new byte[Talk], Token));
        }

        var line = await LineAsync(frontDoor, 1, "access.log");
        Assert.Equal("HTTP/2", Text(line, "protocol"));
        Assert.InRange(Number(line, "received"), Talk, Talk + 1000);
        Assert.InRange(Number(line, "bytes"), 1, Number(line, "received"));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_request_that_met_two_workers_says_so()
    {
        await using var frontDoor = await StartAsync(new { Format = "json", File = "access.log" }, ("app", new { Command = TestApps.RawWorker, Processes = 3 }));
        await frontDoor.WaitForReadyAsync(3);
        using var answer = await frontDoor.AskAsync("die", Token);
        var line = await LineAsync(frontDoor, 1, "access.log");
        Assert.Equal((502, "WorkerDied", 2), (Number(line, "status"), Text(line, "error"), Number(line, "tries")));
        Assert.InRange(Number(line, "rank"), 0, 2);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_client_can_write_lines_of_its_own()
    {
        await using var frontDoor = await StartAsync(new { Format = "combined", File = "log/access.log", Query = false }, ("app", Worker));
        await frontDoor.WaitForReadyAsync();
        await RawClient.AskAsync(frontDoor.Address, "GET /app/\"\u001b[31m%0d%0a?secret HTTP/1.1\r\nHost: a\r\nReferer: http://a/?secret\r\nUser-Agent: \"\u001b]0;me\u0007\" \u00fc\\\r\n\r\n", Token);
        await RawClient.AskAsync(frontDoor.Address, "GET /app/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Token);
        await Poll.UntilAsync(() => Poll.LinesOf(FileOf(frontDoor)) >= 1, "a line", Token);
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var lines = await File.ReadAllLinesAsync(FileOf(frontDoor), Token);
        Assert.All(lines, static line => Assert.Matches(Line, line));
        Assert.All(string.Concat(lines), static next => Assert.InRange(next, ' ', '~'));
        Assert.DoesNotContain("secret", string.Concat(lines), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Every_request_of_a_load_is_in_the_files_once_and_whole()
    {
        const int Clients = 8, Requests = 400;
        await using var frontDoor = await StartAsync(
            new { Format = "json", File = "log/access.log", MaxSize = "64KiB", Keep = 1000 }, ("app", new { Directory = TestApps.Folder("trouble"), TestApps.Python, Processes = 2 }));
        await frontDoor.WaitForReadyAsync(2);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            for (var number = 0; number < Requests; number++)
            {
                Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync($"/app/?{client}-{number}", Token)).StatusCode);
            }
        }));
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var files = Directory.GetFiles(Path.Combine(frontDoor.ContentRoot, "log"));
        Assert.InRange(files.Length, 5, 1001);
        Assert.All(files, static file => Assert.InRange(new FileInfo(file).Length, 1, 65536));
        var targets = files.SelectMany(File.ReadAllLines).Select(static line => JsonNode.Parse(line)!["target"]!.GetValue<string>()).ToList();
        Assert.Equal(Clients * Requests, targets.Count);
        Assert.Equal(Clients * Requests, targets.Distinct().Count());
    }

    [Fact(Timeout = 90_000)]
    public async Task It_is_switched_on_live_and_goes_to_standard_output_where_no_file_is_named()
    {
        var site = Site.Of(("app", Worker));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync();
        using var before = await frontDoor.Client.GetAsync("/app/before", Token);
        site["ProxyGroups"]!["AccessLog"] = new JsonObject { ["Format"] = "common" };
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
        for (var lines = 0; lines == 0; lines = frontDoor.Log.Count(static line => line.Contains("\"GET /app/after HTTP/1.1\" 200", StringComparison.Ordinal)))
        {
            using var after = await frontDoor.Client.GetAsync("/app/after", Token);
            await Poll.PauseAsync(Token);
        }

        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("/app/before", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_file_that_takes_nothing_costs_lines_and_no_request()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        Directory.CreateDirectory(Path.Combine(root, "log", "access.log"));
        await using var frontDoor = await StartAsync(new { Format = "json", File = "log/access.log" }, root, ("app", Worker));
        await frontDoor.WaitForReadyAsync();
        for (var number = 0; number < 50; number++)
        {
            Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync("/app/", Token)).StatusCode);
        }

        await frontDoor.WaitForLogAsync(static line => line.Contains("takes no lines", StringComparison.Ordinal) && line.Contains("AccessLog:File", StringComparison.Ordinal));
        Directory.Delete(Path.Combine(root, "log", "access.log"));
        while (Poll.LinesOf(FileOf(frontDoor)) == 0)
        {
            Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync("/app/", Token)).StatusCode);
            await Poll.PauseAsync(Token);
        }

        await frontDoor.WaitForLogAsync(static line => line.Contains("takes lines again", StringComparison.Ordinal));
        Assert.Single(frontDoor.Log, static line => line.Contains("takes no lines", StringComparison.Ordinal));
    }

    private static Regex Line { get; } = new(
        """^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET /app/([^"\\]|\\.)* HTTP/1\.1" \d{3} (\d+|-) "([^"\\]|\\.)*" "([^"\\]|\\.)*" group=app rank=[0-9-]+ generation=[0-9-]+ tries=\d queue=\d+\.\d{6} service=\d+\.\d{6} total=\d+\.\d{6} error=[A-Za-z-]+ id=[\w:]+$""",
        RegexOptions.None,
        TimeSpan.FromSeconds(1));

    private static Task<FrontDoorProcess> StartAsync(object accessLog, params (string Name, object Group)[] groups) => StartAsync(accessLog, null, groups);

    private static Task<FrontDoorProcess> StartAsync(object accessLog, string? root, params (string Name, object Group)[] groups)
    {
        var site = Site.Of(groups);
        site["ProxyGroups"]!["AccessLog"] = JsonSerializer.SerializeToNode(accessLog);
        return FrontDoorProcess.StartAsync(site, root);
    }

    private static string FileOf(FrontDoorProcess frontDoor, string file = "log/access.log") => Path.Combine(frontDoor.ContentRoot, file);

    private static async Task<JsonElement> LineAsync(FrontDoorProcess frontDoor, int number, string file = "log/access.log")
    {
        var path = FileOf(frontDoor, file);
        await Poll.UntilAsync(() => Poll.LinesOf(path) >= number, $"line {number} of the access log", Token, seconds: 30);
        using var line = JsonDocument.Parse((await File.ReadAllLinesAsync(path, Token))[number - 1]);
        return line.RootElement.Clone();
    }

    private static int Number(JsonElement line, string field) => line.GetProperty(field).GetInt32();

    private static string? Text(JsonElement line, string field) => line.TryGetProperty(field, out var value) ? value.GetString() : null;
}
