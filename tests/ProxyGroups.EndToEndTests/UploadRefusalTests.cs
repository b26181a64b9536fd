using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Uploads that are too large, and those that an app does not want: the client hears of it, and the slot comes back.</summary>
public sealed class UploadRefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("/app/read", 1000, false, 200)]
    [InlineData("/app/read", 1001, false, 413)]
    [InlineData("/app/read", 1001, true, 413)]
    [InlineData("/small/read", 10, false, 200)]
    [InlineData("/small/read", 11, false, 413)]
    [InlineData("/small/read", 11, true, 413)]
    [InlineData("/large/read", 2_000_000, false, 200)]
    [InlineData("/large/read", 2_000_001, false, 413)]
    [InlineData("/large/read", 3_000_000, true, 413)]
    public async Task A_body_over_the_limit_of_group_or_route_gets_413(string path, int length, bool isChunked, int expected)
    {
        var app = new { Directory = TestApps.Folder("trouble"), TestApps.Python, MaxRequestBody = "1kB" };
        var site = Site.Of(("app", app), ("small", app), ("large", app));
        site.Route("small")["MaxRequestBodySize"] = 10;
        site.Route("large")["MaxRequestBodySize"] = 2_000_000;
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.TransferEncodingChunked = isChunked;
        using var answer = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal(expected, (int)answer.StatusCode);
        if (expected == 200)
        {
            Assert.Equal($"{length}", await answer.Content.ReadAsStringAsync(Token));
        }

        await frontDoor.WaitForSlotsAsync(path.Split('/')[1], busy: 0, Token);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("wsgi", "/app/refuse")]
    [InlineData("command", "/app/413-without-reading")]
    public async Task An_app_that_refuses_a_large_upload_unread_is_heard_and_gets_its_slot_back(string kind, string path)
    {
        await using var frontDoor = await StartAsync(kind == "wsgi"
            ? new { Directory = TestApps.Folder("trouble"), TestApps.Python, MaxRequestBody = "200MiB" }
            : new { Command = TestApps.TestWorker(), MaxRequestBody = "200MiB" });
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {100 << 20}\r\n\r\n", Token);
        var uploading = UploadAsync(client, 100 << 20);
        var start = TimeProvider.System.GetTimestamp();
        var answer = await client.ReceiveAsync(Token);
        Assert.Equal(413, answer.Status);
        var heard = TimeProvider.System.GetElapsedTime(start);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token, seconds: 3);
        TestContext.Current.TestOutputHelper!.WriteLine($"heard after {heard.TotalMilliseconds:0} ms, slot back after {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0} ms");
        client.Reset();
        await uploading;
    }

    [Theory(Timeout = 60_000)]
    [InlineData("413-without-reading")]
    [InlineData("counts")]
    public async Task An_app_that_answers_while_the_client_keeps_its_upload_back_is_heard_at_once(string verb)
    {
        await using var frontDoor = await StartAsync(new { Command = TestApps.TestWorker(), MaxRequestBody = "200MiB" });
        using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await client.SendAsync($"POST /app/{verb} HTTP/1.1\r\nHost: a\r\nContent-Length: {1 << 20}\r\n\r\n" + new string('x', 200_000), Token);
        var answer = await client.ReceiveAsync(Token);
        Assert.Equal(verb == "counts" ? 200 : 413, answer.Status);
        await frontDoor.WaitForSlotsAsync("app", busy: 0, Token, seconds: 8);
    }

    private static Task<FrontDoorProcess> StartAsync(object app) => FrontDoorProcess.StartAsync(Site.Of(("app", app)));

    private static async Task UploadAsync(RawClient client, int length)
    {
        var part = new byte[1 << 20];
        try
        {
            for (var sent = 0; sent < length; sent += part.Length)
            {
                await client.SendAsync(part, Token);
            }
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The front door has closed: nobody wants the rest.
        }
    }
}
