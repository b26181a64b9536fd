using System.Text;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A route whose requests go to their worker directly, beside one whose own transform makes YARP carry them: nobody can tell which is which.</summary>
public sealed class DirectTests(DirectTests.TwoWays ways) : IClassFixture<DirectTests.TwoWays>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Answers { get; } = new()
    {
        { "GET", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello" },
        { "GET", "HTTP/1.1 299 Rather Odd\r\nSet-Cookie: b=2\r\nX-Latin: gr\u00fc\u00dfe\r\nset-cookie: a=1, c\r\nX-Empty:\r\nServer: app/1\r\nDate: yesterday\r\nContent-Length: 1\r\n\r\nx" },
        { "GET", "HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=1\r\nAlt-Svc: h3\r\nUpgrade: x\r\nProxy-Authenticate: Basic\r\nTrailer: X\r\nContent-Length: 0\r\n\r\n" },
        { "GET", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n" },
        { "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n" },
        { "GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n" },
        { "GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 77\r\n\r\n" },
        { "GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n" },
        { "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n" },
        { "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" },
        { "HEAD", "HTTP/1.1 204 No Content\r\n\r\n" },
        { "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n" },
        { "GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
        { "GET", "HTTP/1.1 404 Nope\r\nContent-Length: 4\r\nContent-Length: 4\r\nContent-Language: de\r\nExpires: 0\r\nLast-Modified: never\r\nAllow: GET\r\n\r\ngone" },
        { "GET", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi" },
        { "GET", "HTTP/1.1 500 Internal Server Error\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nzzz" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and too much" },
        { "GET", "HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 2\r\n\r\nhi" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi" },
        { "GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nhi" },
        { "GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" },
        { "DELETE", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
        { "OPTIONS", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
        { "POST", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
        { "head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
        { "GET", "HTTP/1.1 200 OK\r\nX-Hop: 1\r\nConnection: X-Hop\r\nContent-Length: 5\r\n\r\nhello" },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Answers))]
    public async Task An_answer_reaches_the_client_alike(string method, string answer)
    {
        var given = Convert.ToBase64String(Encoding.Latin1.GetBytes(answer));
        var direct = await AskAsync(method, "/direct/x", $"X-Verb: answer\r\nX-Answer: {given}\r\n");
        var forwarded = await AskAsync(method, "/detour/x", $"X-Verb: answer\r\nX-Answer: {given}\r\n");
        Assert.NotEmpty(direct);
        Assert.Equal(forwarded, direct);
    }

    [Fact(Timeout = 200_000)]
    public async Task A_request_reaches_the_app_alike()
    {
        var variations = new RequestVariations(20261125);
        for (var number = 0; number < 1000; number++)
        {
            var target = variations.Path() + variations.Query();
            var fields = string.Concat(variations.Headers().Append(Odd(variations)).Select(static field => $"{field.Name}: {field.Value}\r\n"));
            var method = variations.Pick<string>(["GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "POST", "PUT", "get", "head"]);
            var direct = await AskAsync(method, "/direct" + target, fields);
            var forwarded = await AskAsync(method, "/detour" + target, fields);
            Assert.True(direct == forwarded, $"{method} {target}\n{fields}\ndirect: {direct}\nforwarded: {forwarded}");
        }
    }

    private static (string Name, string Value) Odd(RequestVariations variations) => variations.Pick<(string, string)>(
    [
        ("Content-Type", "text/plain"), ("Content-Length", "0"), ("Expires", "0"), ("Upgrade-Insecure-Requests", "1"), ("TE", "trailers"), ("Connection", "X-A"), ("Connection", "close, Accept, X-Request-ID"), ("Forwarded", "for=6.6.6.6"),
        ("Keep-Alive", "timeout=5"), ("Proxy-Authorization", "x"), ("Proxy", "x"), ("X_Y", "z"), ("X-Request-ID", "mine"), ("Alt-Svc", "x"), ("Expect", "100-continue"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("Content-Language", "de"), ("X-Forwarded-Ssl", "on"), ("HTTP2-Settings", "x"),
    ]);

    // The two ways differ in the order of fields with different names, in the id and in the prefix, and in nothing else.
    private async Task<string> AskAsync(string method, string target, string fields)
    {
        using var client = await RawClient.ConnectAsync(ways.FrontDoor.Address, Token);
        await client.SendAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n", Token);
        var answer = await client.ReceiveAsync(Token, isHead: method == "HEAD");
        var head = answer.Headers.Where(static field => field.Name != "Date" || field.Value == "yesterday");
        var seen = answer.Text.Split("\r\n").Where(static line => !line.StartsWith("X-Request-Id: 0H", StringComparison.OrdinalIgnoreCase))
            .Select(static line => line.Replace("X-Forwarded-Prefix: /direct", "X-Forwarded-Prefix: /detour", StringComparison.Ordinal));
        var text = answer.Header("Proxy-Status") is null ? string.Join("\n", seen.Order(StringComparer.Ordinal)) : string.Empty;
        return $"{answer.Status} {answer.Reason}\n{string.Join("\n", head.Where(field => text.Length > 0 || field.Name != "Content-Length").Order())}\n\n{text}";
    }

    /// <summary>One app behind both ways.</summary>
    public sealed class TwoWays : IAsyncLifetime
    {
        public FrontDoorProcess FrontDoor { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var raw = new { Command = TestApps.RawWorker };
            var site = Site.Of(("direct", raw), ("detour", raw));
            site.Route("detour")["Transforms"]!.AsArray().Add(new JsonObject { ["ResponseHeaderRemove"] = "X-Never" });
            FrontDoor = await FrontDoorProcess.StartAsync(site);
        }

        public ValueTask DisposeAsync() => FrontDoor.DisposeAsync();
    }
}
