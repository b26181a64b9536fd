using System.Net;
using System.Text;
using ProxyGroups.Proxying;
using ProxyGroups.Proxying.Transport;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class RequestTests
{
    [Theory]
    [InlineData("/a%2Fb//c/./d?x=%41")]
    [InlineData("/../x/%zz?a=b&a=c")]
    [InlineData("/")]
    public void The_target_passes_byte_for_byte(string target) =>
        Assert.StartsWith($"GET {target} HTTP/1.1\r\n", Encode(Get(target)), StringComparison.Ordinal);

    [Fact]
    public void An_empty_target_is_the_root_and_with_OPTIONS_the_server()
    {
        Assert.StartsWith("GET / HTTP/1.1\r\n", Encode(Get("")), StringComparison.Ordinal);
        Assert.StartsWith("GET /?x HTTP/1.1\r\n", Encode(Get("?x")), StringComparison.Ordinal);
        Assert.StartsWith("OPTIONS * HTTP/1.1\r\n", Encode(new HttpRequestMessage(HttpMethod.Options, Target(""))), StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_keep_their_order_their_duplicates_and_Host()
    {
        var request = Get();
        request.Headers.TryAddWithoutValidation("X-One", ["a", "b,c", ""]);
        request.Headers.TryAddWithoutValidation("Cookie", "k=v; k2=v2");
        request.Headers.Host = "shop.example.com:8080";
        Assert.Equal("GET / HTTP/1.1\r\nHost: shop.example.com:8080\r\nX-One: a\r\nX-One: b,c\r\nX-One: \r\nCookie: k=v; k2=v2\r\n\r\n", Encode(request));
    }

    [Fact]
    public void Without_Host_the_authority_is_named() => Assert.Contains("\r\nHost: worker\r\n", Encode(Get()), StringComparison.Ordinal);

    [Theory]
    [InlineData("caf\u00e9", "caf\u00e9")]
    [InlineData("\u20ac\u00e9", "\u00e2\u0082\u00ac\u00c3\u00a9")]
    public void Values_are_Latin1_where_possible_and_else_UTF8(string value, string bytes)
    {
        var request = Get();
        request.Headers.TryAddWithoutValidation("X", value);
        Assert.Contains($"\r\nX: {bytes}\r\n", Encode(request), StringComparison.Ordinal);
    }

    [Fact]
    public void Hop_by_hop_headers_and_Expect_stay_here()
    {
        var request = Get();
        foreach (var name in new[] { "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Expect" })
        {
            request.Headers.TryAddWithoutValidation(name, "100-continue");
        }

        Assert.Equal("GET / HTTP/1.1\r\nHost: worker\r\n\r\n", Encode(request));
    }

    [Fact]
    public void An_upgrade_keeps_its_two_headers()
    {
        var request = Get();
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        Assert.Equal("GET / HTTP/1.1\r\nHost: worker\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", Encode(request));
    }

    [Fact]
    public void A_large_head_grows_the_buffer()
    {
        var request = Get("/" + new string('a', 20_000));
        request.Headers.TryAddWithoutValidation("X", new string('\u00e9', 20_000));
        Assert.Equal(40_000 + "GET / HTTP/1.1\r\nHost: worker\r\nX: \r\n\r\n".Length, Encode(request).Length);
    }

    [Fact]
    public async Task What_would_split_the_request_is_never_sent()
    {
        using var bench = new TransportBench();
        foreach (var request in new[] { Get("/a b"), Get("/a\r\nX: y"), new HttpRequestMessage(HttpMethod.Connect, Target("/")) })
        {
            var exchange = bench.Begin();
            await Assert.ThrowsAsync<HttpRequestException>(() => exchange.Send(request));
            Assert.Equal((1, false, ExchangeFault.None), (exchange.DoneCount, exchange.Exchange.Sent, exchange.Fault));
        }
    }

    [Theory]
    [InlineData("POST", "Content-Length: 0\r\n")]
    [InlineData("GET", "")]
    public void Without_a_body_only_methods_that_suggest_one_name_a_length(string method, string expected) =>
        Assert.Equal($"{method} / HTTP/1.1\r\nHost: worker\r\n{expected}\r\n", Encode(new HttpRequestMessage(new HttpMethod(method), Target("/"))));

    [Fact]
    public async Task Head_and_small_body_go_out_in_one_send()
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var sending = exchange.Send(Post(new StringContent("hello", Encoding.ASCII, "text/plain")));
        using var connection = await bench.Worker.AcceptAsync(Ct);
        var buffer = new byte[1000];
        var count = await connection.Socket.ReceiveAsync(buffer.AsMemory(), Ct);
        Assert.Equal(
            "POST / HTTP/1.1\r\nHost: worker\r\nContent-Type: text/plain; charset=us-ascii\r\nContent-Length: 5\r\n\r\nhello",
            Encoding.ASCII.GetString(buffer, 0, count));
        await connection.AnswerAsync("ok");
        Assert.Equal("ok", await TrackedExchange.BodyAsync(await sending));
    }

    [Fact]
    public async Task A_body_of_unknown_length_goes_out_chunked_piece_by_piece()
    {
        using var bench = new TransportBench();
        var body = new ClientBody();
        var exchange = bench.Begin();
        var sending = exchange.Send(Post(body));
        using var connection = await bench.Worker.AcceptAsync(Ct);
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", await connection.ReadHeadAsync(), StringComparison.Ordinal);
        body.Send("hello");
        Assert.Equal("5\r\nhello\r\n", await connection.ReadAsync(10));
        body.Send(new string('x', 100_000));
        Assert.Equal("186a0\r\n", await connection.ReadUntilAsync("\r\n"));
        Assert.Equal(new string('x', 100_000) + "\r\n", await connection.ReadAsync(100_002));
        body.End();
        Assert.Equal("0\r\n\r\n", await connection.ReadAsync(5));
        await connection.AnswerAsync("");
        await sending;
        Assert.Equal(1, exchange.DoneCount);
    }

    [Fact]
    public async Task The_content_sees_the_callers_own_token()
    {
        using var bench = new TransportBench();
        using var source = new CancellationTokenSource();
        var body = new ClientBody(2);
        var sending = bench.Begin().SendAsync(Post(body), source.Token);
        using var connection = await bench.Worker.AcceptAsync(Ct);
        body.Send("ab");
        body.End();
        await connection.ReadUntilAsync("ab");
        await connection.AnswerAsync("");
        await sending;
        Assert.Equal(source.Token, body.Token);
    }

    private static string Encode(HttpRequestMessage request)
    {
        var buffer = new byte[16];
        var head = RequestHeadWriter.Write(request, close: false, ref buffer);
        return Encoding.Latin1.GetString(buffer, 0, head.Bytes);
    }
}
