using System.Net;
using System.Text;
using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class ResponseTests
{
    public static TheoryData<string, string> GoodBodies => new()
    {
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello", "hello" },
        { "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "" },
        { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi" },
        { "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", "" },
        { "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nA;ext=\"x\"\r\n, world...\r\n0\r\n\r\n", "hello, world..." },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "" },
    };

    public static TheoryData<string, string> BadHeads => new()
    {
        { "garbage", "does not start with HTTP/1." },
        { "\r\nHTTP/1.1 200 OK\r\n\r\n", "does not start with" },
        { "HTTP/2.0 200 OK\r\n\r\n", "does not start with" },
        { "HTTP/1.2 200 OK\r\n\r\n", "status line" },
        { "HTTP/1.1 2x0 OK\r\n\r\n", "status line" },
        { "HTTP/1.1 20\r\n\r\n", "status line" },
        { "HTTP/1.1 2000 OK\r\n\r\n", "status line" },
        { "HTTP/1.1 200 O\rK\r\n\r\n", "reason" },
        { "HTTP/1.1 200 OK\nA: b\n\n", "bare LF" },
        { "HTTP/1.1 200 OK\r\nA: b\n\r\n", "bare LF" },
        { "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "header line" },
        { "HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n\r\n", "header line" },
        { "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nabcde", "a 205 has no body" },
        { "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "header line" },
        { "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "header line" },
        { "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "control character" },
        { "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", "control character" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "twice" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "no number" },
        { "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", "no number" },
        { "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "no number" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "no number" },
        { "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "no number" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "Transfer-Encoding" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding" },
        { "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding" },
        { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "no upgrade" },
    };

    [Theory]
    [MemberData(nameof(GoodBodies))]
    public async Task A_body_arrives_and_the_worker_is_done_once(string answer, string body)
    {
        using var bench = new TransportBench();
        var (exchange, response, _) = await bench.AnswerAsync(answer);
        Assert.Equal(body, await TrackedExchange.BodyAsync(response));
        Assert.Equal((1, ExchangeFault.None, true), (exchange.DoneCount, exchange.Fault, exchange.Exchange.HeadReceived));
    }

    [Theory]
    [MemberData(nameof(GoodBodies))]
    public async Task Split_at_every_byte_it_is_the_same(string answer, string body)
    {
        using var bench = new TransportBench();
        var (exchange, response) = await SendSlowlyAsync(bench, answer, 1);
        Assert.Equal(body, await TrackedExchange.BodyAsync(response));
        await exchange.DoneAsync();
        Assert.Equal(1, exchange.DoneCount);
    }

    [Theory]
    [MemberData(nameof(BadHeads))]
    public async Task A_bad_head_is_refused_with_its_first_bytes(string answer, string reason)
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
        await exchange.FailsAsync(sending, ExchangeFault.MalformedHead);
        Assert.Contains(reason, exchange.Exchange.FaultDetail, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exchange.Exchange.FaultDetail);
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Theory]
    [InlineData("5x\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 \r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhelloXX0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\nhello")]
    [InlineData("\r\nhello")]
    [InlineData("5\r\nhello\r\n0\r\nbad trailer\r\n\r\n")]
    [InlineData("5\r\nhel")]
    [InlineData("5\r\nhello\r\n0\r\n")]
    public async Task A_bad_chunk_cuts_the_body_off(string chunks)
    {
        using var bench = new TransportBench();
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        var body = TrackedExchange.BodyAsync(response);
        await connection.SendAsync(chunks);
        connection.Dispose();
        await Assert.ThrowsAsync<HttpIOException>(() => body);
        Assert.Equal((1, ExchangeFault.BodyCutOff), (exchange.DoneCount, exchange.Fault));
    }

    [Theory]
    [InlineData("", nameof(ExchangeFault.ClosedBeforeHead))]
    [InlineData("HTTP/1.1 2", nameof(ExchangeFault.ClosedInHead))]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", nameof(ExchangeFault.ClosedInHead))]
    public async Task A_connection_that_ends_says_where(string answer, string fault)
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
        connection.Dispose();
        await exchange.FailsAsync(sending, Enum.Parse<ExchangeFault>(fault));
        Assert.True(exchange.Exchange.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_head_above_64_KiB_is_refused(bool interim)
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        var piece = interim ? "HTTP/1.1 102 Processing\r\n\r\n" : "X: " + new string('x', 1000) + "\r\n";
        _ = connection.SendAsync((interim ? "" : "HTTP/1.1 200 OK\r\n") + string.Concat(Enumerable.Repeat(piece, 3000)));
        await exchange.FailsAsync(sending, ExchangeFault.HeadTooLarge);
    }

    [Fact]
    public async Task A_head_of_60_KiB_passes()
    {
        using var bench = new TransportBench();
        var (_, response, _) = await bench.AnswerAsync($"HTTP/1.1 200 OK\r\nX: {new string('x', 60_000)}\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal(60_000, response.Headers.NonValidated["X"].ToString().Length);
        Assert.Equal("hi", await TrackedExchange.BodyAsync(response));
    }

    [Fact]
    public async Task Status_reason_and_headers_arrive_as_sent()
    {
        using var bench = new TransportBench();
        var (_, response, _) = await bench.AnswerAsync(
            "HTTP/1.1 418 Short and stout\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Caf\u00e9: \tv \r\n".Replace("X-Caf\u00e9", "X-Cafe", StringComparison.Ordinal)
            + "X-Latin: caf\u00e9\r\nContent-Type: text/plain\r\nExpires: 0\r\nServer:\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal((418, "Short and stout", HttpVersion.Version11), ((int)response.StatusCode, response.ReasonPhrase, response.Version));
        Assert.Equal(["a=1", "b=2"], response.Headers.NonValidated["Set-Cookie"]);
        Assert.Equal("v", response.Headers.NonValidated["X-Cafe"].ToString());
        Assert.Equal("caf\u00e9", response.Headers.NonValidated["X-Latin"].ToString());
        Assert.Equal("", response.Headers.NonValidated["Server"].ToString());
        Assert.Equal("text/plain", response.Content.Headers.NonValidated["Content-Type"].ToString());
        Assert.Equal("0", response.Content.Headers.NonValidated["Expires"].ToString());
    }

    [Fact]
    public async Task HEAD_has_a_length_and_no_body()
    {
        using var bench = new TransportBench();
        var (exchange, response, _) = await bench.AnswerAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n", new HttpRequestMessage(HttpMethod.Head, Target("/")));
        Assert.Equal(123, response.Content.Headers.ContentLength);
        Assert.Equal("", await TrackedExchange.BodyAsync(response));
        Assert.Equal(1, exchange.DoneCount);
    }

    [Fact]
    public async Task Without_framing_the_body_ends_with_the_connection()
    {
        using var bench = new TransportBench();
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.0 200 OK\r\n\r\nhello");
        Assert.False(exchange.IsDone);
        await connection.SendAsync(", world");
        connection.Dispose();
        Assert.Equal("hello, world", await TrackedExchange.BodyAsync(response));
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task Trailers_arrive()
    {
        using var bench = new TransportBench();
        var (_, response, _) = await bench.AnswerAsync(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n");
        Assert.Equal("hi", await TrackedExchange.BodyAsync(response));
        Assert.Equal(["1", "2"], response.TrailingHeaders.NonValidated["X-Sum"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public async Task A_body_cut_off_reaches_the_reader_as_a_failure(long held)
    {
        using var bench = new TransportBench(Limits with { HeldResponseBytes = held });
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        var body = TrackedExchange.BodyAsync(response);
        connection.Dispose();
        await Assert.ThrowsAsync<HttpIOException>(() => body);
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.BodyCutOff), (exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task A_tunnel_goes_both_ways_and_holds_the_slot()
    {
        using var bench = new TransportBench();
        var request = Get();
        request.Headers.TryAddWithoutValidation("Upgrade", "echo");
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly", request);
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        Assert.True(stream.CanWrite);
        Assert.Equal("echo", response.Headers.NonValidated["Upgrade"].ToString());
        var buffer = new byte[5];
        await stream.ReadExactlyAsync(buffer, Ct);
        await stream.WriteAsync(buffer, Ct);
        Assert.Equal("early", await connection.ReadAsync(5));
        bench.Time.Advance(TimeSpan.FromHours(1));
        await connection.SendAsync("later");
        await stream.ReadExactlyAsync(buffer, Ct);
        Assert.Equal("later", Encoding.ASCII.GetString(buffer));
        Assert.False(exchange.IsDone);
        await stream.DisposeAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    /// <summary>Each piece is sent only when the one before it has been taken.</summary>
    internal static async Task<(TrackedExchange Exchange, HttpResponseMessage Response)> SendSlowlyAsync(TransportBench bench, string answer, int piece)
    {
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        foreach (var part in answer.Chunk(piece))
        {
            await connection.SendAsync(new string(part));
            await Task.Yield();
        }

        return (exchange, await sending);
    }
}
