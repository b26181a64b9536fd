using System.Globalization;
using System.Text;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>What a client sends is what the app gets, and the other way round, byte for byte.</summary>
public sealed class FidelityTests : IClassFixture<FidelityTests.RawSite>
{
    private static readonly string[] Ours = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-prefix", "x-request-id"];

    private const string Trailing =
        "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;ext=1\r\n!\r\n0\r\nX-Sum: 42\r\n\r\n";

    private readonly Uri _address;

    public FidelityTests(RawSite site) => _address = site.FrontDoor.Address;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsLong => Environment.GetEnvironmentVariable("PROXYGROUPS_LONG") == "1";

    [Fact(Timeout = 400_000)]
    public async Task Ten_thousand_variations_of_path_query_headers_and_body_reach_the_app_unchanged()
    {
        var seed = IsLong ? Environment.TickCount : 20261123;
        var variations = new RequestVariations(seed);
        var (compared, refused) = (0, 0);
        using var client = new Reconnecting(_address);
        for (var number = 0; number < (IsLong ? 200_000 : 10_000); number++)
        {
            var (prefix, written) = variations.Pick<(string, string)>([("blog", "/blog"), ("blog", "/%62log"), ("blog", "/b%6C%6fg"), ("with%20space", "/with%20space"), ("", "")]);
            var (path, query, headers, body) = (variations.Path(), variations.Query(), variations.Headers(), variations.Body());
            var method = body is null ? variations.Pick<string>(["GET", "DELETE", "OPTIONS", "PROPFIND"]) : variations.Pick<string>(["POST", "PUT", "PATCH", "GET"]);
            var host = variations.Pick<string>(["example.com", "EXAMPLE.com:8080", "[::1]:99", "xn--bcher-kva.example"]);
            var isChunked = body is not null && variations.Flip();
            var request = Compose(method, written + path + query, host, headers, body, isChunked);
            var answer = await client.AskAsync(request, Token);
            var about = $"seed {seed}, request {number}: {method} {written + path + query}";
            if (answer.Status == 400 && answer.Header("Proxy-Status") is null)
            {
                // Kestrel takes no target that climbs above the root.
                Assert.True(HasDots(path), about);
                refused++;
                continue;
            }

            Assert.True(answer.Status == 200, $"{about} answered {answer.Status} {answer.Text}");
            if (HasDots(path) && !Sent(answer, "X-Forwarded-Prefix").Any())
            {
                // The dots led out of the prefix, into the route that has none and gets the whole.
                Compare(about, answer, method, written + path + query, host, headers, body, string.Empty);
                compared++;
                continue;
            }

            Compare(about, answer, method, path + query, host, headers, body, prefix);
            compared++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{compared} compared, {refused} refused");
        Assert.True(compared > refused * 4, $"only {compared} compared, {refused} refused");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/blog/x", "/x")]
    [InlineData("/%62log/x", "/x")]
    [InlineData("/%62log/%78%2Fy//z/?q=%20+%2B", "/%78%2Fy//z/?q=%20+%2B")]
    [InlineData("/blog", "/")]
    [InlineData("/blog?x", "/?x")]
    [InlineData("/blog/", "/")]
    [InlineData("/blog//", "//")]
    [InlineData("/blog//x", "//x")]
    [InlineData("/blog/a/../b", "/a/../b")]
    [InlineData("/blog/blog/x", "/blog/x")]
    [InlineData("/blog/%2e%2e/blog/x", "/x")]
    [InlineData("http://elsewhere/blog/x?y", "/x?y")]
    public async Task The_prefix_is_stripped_and_the_rest_stays_as_it_was_written(string target, string expected)
    {
        var answer = await AskAsync($"GET {target} HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
        Assert.Equal((200, expected), (answer.Status, answer.Text.Split(' ')[1]));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/blog/a%00b")]
    [InlineData("/blog/a b")]
    [InlineData("/blog/a\tb")]
    [InlineData("/blog/\u0001")]
    [InlineData("/blog/ü")]
    public async Task A_target_that_is_no_target_gets_400_and_never_reaches_the_app(string target)
    {
        var answer = await AskAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(400, answer.Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task Forwarded_headers_of_a_client_are_replaced_by_ours()
    {
        var answer = await AskAsync(
            "GET /blog/x HTTP/1.1\r\nHost: shop.example:81\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\nx-forwarded-proto: https\r\n"
            + "X-Forwarded-Host: evil\r\nX-Forwarded-Prefix: /evil\r\n\r\n");
        Assert.Equal(["127.0.0.1"], Sent(answer, "X-Forwarded-For"));
        Assert.Equal(["http"], Sent(answer, "X-Forwarded-Proto"));
        Assert.Equal(["shop.example:81"], Sent(answer, "X-Forwarded-Host"));
        Assert.Equal(["/blog"], Sent(answer, "X-Forwarded-Prefix"));
        Assert.Equal(["shop.example:81"], Sent(answer, "Host"));

        var bare = await AskAsync("GET /no-prefix HTTP/1.1\r\nHost: a\r\nX-Forwarded-Prefix: /evil\r\n\r\n");
        Assert.Empty(Sent(bare, "X-Forwarded-Prefix"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("X-Forwarded-Prefix: /evil")]
    [InlineData("X_Forwarded_Prefix: /evil")]
    [InlineData("Script-Name: /evil")]
    [InlineData("SCRIPT_NAME: /evil")]
    [InlineData("Proxy: http://evil")]
    [InlineData("Content_Length: 7")]
    [InlineData("X_FORWARDED_FOR: 6.6.6.6")]
    [InlineData("Forwarded: for=6.6.6.6")]
    [InlineData("X-Real-IP: 6.6.6.6")]
    [InlineData("X-Original-URL: /evil")]
    [InlineData("X-Hop: /evil\r\nConnection: X-Hop")]
    public async Task No_client_can_set_what_the_front_door_tells_a_WSGI_app(string header)
    {
        var answer = await AskAsync($"GET /wsgi/environ HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n");
        Assert.Equal(200, answer.Status);
        Assert.DoesNotContain("evil", answer.Text.Replace("HTTP_SCRIPT_NAME='/evil'", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("6.6.6.6", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\nSCRIPT_NAME='/wsgi'\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\nREMOTE_ADDR='127.0.0.1'\n", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("CONTENT_LENGTH='7'", answer.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_trusted_proxy_tells_who_the_client_is()
    {
        var site = Site.Of(("blog", new { Command = TestApps.RawWorker }));
        site["FrontDoor"] = new System.Text.Json.Nodes.JsonObject { ["TrustedProxies"] = new System.Text.Json.Nodes.JsonArray("127.0.0.0/8") };
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        var answer = await RawClient.AskAsync(
            frontDoor.Address,
            "GET /blog/x HTTP/1.1\r\nHost: inner\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Prefix: /evil\r\n\r\n",
            Token);
        Assert.Equal(["203.0.113.9"], Sent(answer, "X-Forwarded-For"));
        Assert.Equal(["https"], Sent(answer, "X-Forwarded-Proto"));
        Assert.Equal(["shop.example"], Sent(answer, "X-Forwarded-Host"));
        Assert.Equal(["shop.example"], Sent(answer, "Host"));
        Assert.Equal(["/blog"], Sent(answer, "X-Forwarded-Prefix"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Status_reason_and_headers_of_an_answer_reach_the_client_in_order()
    {
        var answer = await RespondAsync(
            "HTTP/1.1 299 Rather Odd\r\nSet-Cookie: b=2; Path=/\r\nX-Latin: gr\u00fc\u00dfe\r\nSet-Cookie: a=1, or so\r\nX-Empty:\r\nX-Two: 1\r\nX-Two: 2, 3\r\nset-cookie: c=3\r\n"
            + "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: app/1\r\nContent-Type: nonsense\r\nETag: \"x\"\r\nContent-Length: 4\r\n\r\nbody");
        Assert.Equal((299, "Rather Odd", "body"), (answer.Status, answer.Reason, answer.Text));
        Assert.Equal(["b=2; Path=/", "a=1, or so", "c=3"], answer.All("Set-Cookie"));
        Assert.Equal(["gr\u00fc\u00dfe"], answer.All("X-Latin"));
        Assert.Equal([""], answer.All("X-Empty"));
        Assert.Equal(["1", "2, 3"], answer.All("X-Two"));
        Assert.Equal(["Thu, 01 Jan 1970 00:00:00 GMT"], answer.All("Date"));
        Assert.Equal(["app/1"], answer.All("Server"));
        Assert.Equal(["nonsense"], answer.All("Content-Type"));
        Assert.Equal(["\"x\""], answer.All("ETag"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n", 204, null)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304, null)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\n\r\n", 304, "1234")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n", 200, "1234")]
    [InlineData("HEAD", "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", 404, "9")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, null)]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "0")]
    [InlineData("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", 205, "0")]
    public async Task Answers_without_a_body_stay_without_one_and_the_connection_lives(string method, string sent, int status, string? length)
    {
        using var client = await RawClient.ConnectAsync(_address, Token);
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync($"{method} /blog/ HTTP/1.1\r\nHost: a\r\nX-Verb: respond\r\nContent-Length: {sent.Length}\r\n\r\n{sent}", Token);
            var answer = await client.ReceiveAsync(Token, isHead: method == "HEAD");
            Assert.Equal((status, length, 0), (answer.Status, answer.Header("Content-Length"), answer.Body.Length));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_chunked_answer_is_whole_with_extensions_and_trailers()
    {
        // Kestrel sends no trailers over HTTP/1.1; a client of HTTP/2 gets them, as the next test shows.
        var answer = await RespondAsync(Trailing);
        Assert.Equal((200, "hello!"), (answer.Status, answer.Text));
        Assert.Empty(answer.Trailers);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_of_HTTP_2_gets_bodies_and_trailers()
    {
        var site = Site.Of(("blog", new { Command = TestApps.RawWorker }));
        site["Kestrel"] = new System.Text.Json.Nodes.JsonObject { ["EndpointDefaults"] = new System.Text.Json.Nodes.JsonObject { ["Protocols"] = "Http2" } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/blog/x")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "X-Verb", "respond" } },
            Content = new StringContent(Trailing),
        };
        using var answer = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal("hello!", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("42", answer.TrailingHeaders.GetValues("X-Sum").Single());

        using var echo = new HttpRequestMessage(HttpMethod.Put, "/blog/%2Fa?b=%20") { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(new byte[300_000]) };
        using var echoed = await frontDoor.Client.SendAsync(echo, Token);
        var text = await echoed.Content.ReadAsStringAsync(Token);
        Assert.StartsWith($"PUT /%2Fa?b=%20 HTTP/1.1\r\nHost: {frontDoor.Address.Authority}\r\n", text, StringComparison.Ordinal);
        Assert.Equal(300_000, text.Length - text.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end")]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end")]
    public async Task An_answer_that_ends_with_its_connection_is_whole(string sent)
    {
        var answer = await AskAsync($"GET /blog/ HTTP/1.1\r\nHost: a\r\nX-Verb: respond\r\nX-Then: close\r\nContent-Length: {sent.Length}\r\n\r\n{sent}");
        Assert.Equal((200, "until the end"), (answer.Status, answer.Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task Early_hints_do_not_confuse_the_answer()
    {
        var answer = await RespondAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal((200, "hi"), (answer.Status, answer.Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_of_HTTP_1_0_gets_its_answer()
    {
        using var client = await RawClient.ConnectAsync(_address, Token);
        await client.SendAsync("GET /blog/old HTTP/1.0\r\n\r\n", Token);
        var answer = await client.ReceiveAsync(Token);
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("GET /old HTTP/1.1\r\n", answer.Text, StringComparison.Ordinal);
        Assert.Empty(await client.ReadToEndAsync(Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_in_one_pipeline_are_answered_in_order()
    {
        using var client = await RawClient.ConnectAsync(_address, Token);
        await client.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(static number => $"GET /blog/{number} HTTP/1.1\r\nHost: a\r\n\r\n")), Token);
        for (var number = 0; number < 20; number++)
        {
            Assert.StartsWith($"GET /{number} ", (await client.ReceiveAsync(Token)).Text, StringComparison.Ordinal);
        }
    }

    private Task<RawResponse> AskAsync(string request) => RawClient.AskAsync(_address, request, Token);

    private Task<RawResponse> RespondAsync(string response) =>
        AskAsync($"POST /blog/ HTTP/1.1\r\nHost: a\r\nX-Verb: respond\r\nContent-Length: {response.Length}\r\n\r\n{response}");

    private static IEnumerable<string> Sent(RawResponse echo, string name) => Fields(echo.Text.Split("\r\n\r\n")[0])
        .Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value);

    private static IEnumerable<(string Name, string Value)> Fields(string head) => head.Split("\r\n").Skip(1)
        .Select(static line => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(' ')));

    private static byte[] Compose(string method, string target, string host, IReadOnlyList<(string Name, string Value)> headers, byte[]? body, bool isChunked)
    {
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(body is null ? string.Empty : isChunked ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {body.Length}\r\n").Append("\r\n");
        IEnumerable<byte> all = Encoding.Latin1.GetBytes(head.ToString());
        if (body is not null)
        {
            all = !isChunked ? all.Concat(body)
                : all.Concat(body.Length == 0 ? [] : Encoding.ASCII.GetBytes($"{body.Length:x}\r\n")).Concat(body).Concat(Encoding.ASCII.GetBytes(body.Length == 0 ? "0\r\n\r\n" : "\r\n0\r\n\r\n"));
        }

        return all.ToArray();
    }

    private static void Compare(
        string about, RawResponse answer, string method, string target, string host, IReadOnlyList<(string Name, string Value)> headers, byte[]? body, string prefix)
    {
        var end = answer.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = answer.Text[..end];
        Assert.True(head.Split("\r\n")[0] == $"{method} {target} HTTP/1.1", $"{about} became {head.Split("\r\n")[0]}");
        var got = Fields(head).Where(field => !Ours.Contains(field.Name.ToLowerInvariant()) && !IsFraming(field.Name)).ToList();
        // Names are compared without case; the order is kept among the fields of one name.
        var expected = headers.Append((Name: "Host", Value: host)).ToList();
        Assert.True(Normal(expected).SequenceEqual(Normal(got)), $"{about}\nsent: {string.Join(" | ", Normal(expected))}\ngot:  {string.Join(" | ", Normal(got))}");
        Assert.True(answer.Body.AsSpan(end + 4).SequenceEqual(body ?? []), $"{about}: the body differs");
        Assert.Equal(prefix.Length == 0 ? [] : ["/" + prefix], Sent(answer, "X-Forwarded-Prefix"));
    }

    private static bool IsFraming(string name) => name.ToLowerInvariant() is "content-length" or "transfer-encoding" or "connection";

    private static IEnumerable<(string Name, string Value)> Normal(IEnumerable<(string Name, string Value)> fields) =>
        fields.Select(static field => (Name: field.Name.ToLowerInvariant(), field.Value)).OrderBy(static field => field.Name, StringComparer.Ordinal);

    private static bool HasDots(string path) => path.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/').Any(static segment => segment is "." or "..");

    /// <summary>A front door with raw workers behind /blog, behind a name with a space and behind everything else, and a WSGI app behind /wsgi.</summary>
    public sealed class RawSite : IAsyncLifetime
    {
        public FrontDoorProcess FrontDoor { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var raw = new { Command = TestApps.RawWorker };
            var site = Site.Of(("blog", raw), ("space", raw), ("bare", raw), ("wsgi", new { Directory = TestApps.Folder("environ"), TestApps.Python }));
            site.Route("space")["Match"]!["Path"] = "/with space/{**rest}";
            site.Route("space")["Transforms"]![0]!["PathRemovePrefix"] = "/with space";
            site.Route("bare")["Match"]!["Path"] = "/{**rest}";
            site.Route("bare").Remove("Transforms");
            FrontDoor = await FrontDoorProcess.StartAsync(site);
        }

        public ValueTask DisposeAsync() => FrontDoor.DisposeAsync();
    }

    /// <summary>Keeps a connection as long as the front door does.</summary>
    private sealed class Reconnecting(Uri address) : IDisposable
    {
        private RawClient? _client;

        public async Task<RawResponse> AskAsync(byte[] request, CancellationToken cancellationToken)
        {
            _client ??= await RawClient.ConnectAsync(address, cancellationToken);
            await _client.SendAsync(request, cancellationToken);
            var answer = await _client.ReceiveAsync(cancellationToken);
            if (string.Equals(answer.Header("Connection"), "close", StringComparison.OrdinalIgnoreCase))
            {
                Dispose();
            }

            return answer;
        }

        public void Dispose()
        {
            _client?.Dispose();
            _client = null;
        }
    }
}
