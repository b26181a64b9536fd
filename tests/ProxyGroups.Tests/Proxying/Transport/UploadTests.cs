using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class UploadTests
{
    private static readonly byte[] Piece = new byte[64 << 10];

    [Fact]
    public async Task An_early_answer_arrives_during_the_upload_and_ends_it()
    {
        using var bench = new TransportBench();
        var (exchange, body, sending, connection) = await BeginUploadAsync(bench);
        await connection.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        var response = await sending;
        Assert.Equal(1, exchange.DoneCount);
        Assert.False(exchange.Exchange.UploadUnwanted.IsCancellationRequested);
        Assert.Equal("big", await TrackedExchange.BodyAsync(response));
        Assert.True(exchange.Exchange.UploadUnwanted.IsCancellationRequested);
        body.Send(Piece);
        Assert.IsType<IOException>(await body.WriteFailure);
        await connection.ReadToEndAsync();
        Assert.Equal(ExchangeFault.None, exchange.Fault);
    }

    [Fact]
    public async Task An_early_answer_arrives_though_the_worker_has_closed()
    {
        using var bench = new TransportBench();
        var (exchange, body, sending, connection) = await BeginUploadAsync(bench);
        await connection.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        connection.Dispose();
        Feed(body);
        Assert.Equal("big", await TrackedExchange.BodyAsync(await sending));
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task A_worker_that_closes_without_an_answer_has_failed()
    {
        using var bench = new TransportBench();
        var (exchange, body, sending, connection) = await BeginUploadAsync(bench);
        connection.Dispose();
        Feed(body);
        await exchange.FailsAsync(sending, ExchangeFault.ClosedBeforeHead);
        Assert.IsType<IOException>(await body.WriteFailure);
    }

    [Fact]
    public async Task An_answer_may_stream_while_the_upload_goes_on()
    {
        using var bench = new TransportBench();
        var (exchange, body, sending, connection) = await BeginUploadAsync(bench);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        var reading = TrackedExchange.BodyAsync(await sending);
        body.Send("more");
        await connection.ReadUntilAsync("more\r\n");
        await connection.SendAsync("4\r\nmore\r\n");
        body.End();
        await connection.ReadUntilAsync("0\r\n\r\n");
        await connection.SendAsync("0\r\n\r\n");
        Assert.Equal("more", await reading);
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task A_client_that_fails_is_no_fault_and_the_worker_sees_a_short_body()
    {
        using var bench = new TransportBench();
        var (exchange, body, sending, connection) = await BeginUploadAsync(bench);
        body.Fail(new InvalidDataException("the client broke"));
        await Assert.ThrowsAsync<InvalidDataException>(() => sending);
        Assert.False(exchange.IsDone);
        await connection.ReadToEndAsync();
        connection.Dispose();
        await exchange.DoneAsync();
        Assert.Equal(1, exchange.DoneCount);
    }

    [Fact]
    public async Task A_body_shorter_than_promised_is_never_completed()
    {
        using var bench = new TransportBench();
        var (exchange, body, sending, connection) = await BeginUploadAsync(bench, 100_000);
        body.Send("short");
        body.End();
        await Assert.ThrowsAsync<IOException>(() => sending);
        Assert.Equal("short", await connection.ReadToEndAsync());
        connection.Dispose();
        await exchange.DoneAsync();
    }

    [Fact]
    public async Task A_body_longer_than_promised_is_not_sent()
    {
        using var bench = new TransportBench();
        var (_, body, sending, connection) = await BeginUploadAsync(bench, 100_000);
        body.Send(new byte[100_001]);
        Assert.IsType<InvalidOperationException>(await body.WriteFailure);
        await Assert.ThrowsAsync<IOException>(() => sending);
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    private static async Task<(TrackedExchange Exchange, ClientBody Body, Task<HttpResponseMessage> Sending, FakeConnection Connection)> BeginUploadAsync(
        TransportBench bench, long? length = null)
    {
        var body = new ClientBody(length);
        var exchange = bench.Begin();
        _ = exchange.Exchange.UploadUnwanted;
        var sending = exchange.Send(Post(body));
        var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        return (exchange, body, sending, connection);
    }

    private static void Feed(ClientBody body)
    {
        for (var i = 0; i < 64; i++)
        {
            body.Send(Piece);
        }
    }
}
