using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class ClientGoneTests
{
    [Fact]
    public async Task Before_the_head_the_slot_waits_for_the_worker_and_keeps_the_connection()
    {
        using var bench = new TransportBench();
        var (exchange, connection, _) = await LeaveBeforeHeadAsync(bench);
        Assert.False(exchange.IsDone);
        await connection.AnswerAsync("nobody reads this");
        await exchange.DoneAsync();
        var next = bench.Begin();
        var sending = next.Send(Get());
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("");
        await sending;
        Assert.Equal((true, 1, ExchangeFault.None), (next.Exchange.ReusedConnection, exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task Before_the_head_the_requests_time_bounds_the_wait()
    {
        using var bench = new TransportBench();
        var (exchange, connection, _) = await LeaveBeforeHeadAsync(bench);
        bench.Time.Advance(TimeSpan.FromSeconds(60));
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.RequestDeadline), (exchange.DoneCount, exchange.Fault));
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task During_the_upload_the_worker_sees_the_body_end_short()
    {
        using var bench = new TransportBench();
        var (exchange, connection, body) = await LeaveBeforeHeadAsync(bench, upload: true);
        Assert.NotNull(body);
        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.False(exchange.IsDone);
        await connection.AnswerAsync("");
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task During_the_upload_a_worker_that_hangs_up_on_half_a_request_is_not_at_fault()
    {
        using var bench = new TransportBench();
        var (exchange, connection, body) = await LeaveBeforeHeadAsync(bench, upload: true);
        Assert.NotNull(body);
        Assert.Equal("", await connection.ReadToEndAsync());
        connection.Dispose();
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("X: until-close")]
    [InlineData("Content-Length: 100000000")]
    [InlineData("Content-Length: 1000000")]
    public async Task After_the_head_an_endless_answer_is_discarded_for_five_seconds(string framing)
    {
        using var bench = new TransportBench();
        var (exchange, response, connection) = await bench.AnswerAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n");
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        await stream.DisposeAsync();
        Assert.False(exchange.IsDone);
        await connection.SendAsync("5\r\nhello\r\n");
        bench.Time.Advance(TimeSpan.FromSeconds(4.9));
        await connection.SendAsync("5\r\nhello\r\n");
        Assert.False(exchange.IsDone);
        bench.Time.Advance(TimeSpan.FromSeconds(0.1));
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        await bench.NothingHeldAsync();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "2\r\nab\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 100000000", null)]
    public async Task After_the_head_an_answer_that_ends_leaves_the_connection_usable(string framing, string? rest)
    {
        using var bench = new TransportBench();
        var (exchange, response, connection) = await bench.AnswerAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n");
        response.Dispose();
        await connection.SendAsync(rest is null ? new byte[100_000_000] : System.Text.Encoding.ASCII.GetBytes(rest));
        await exchange.DoneAsync();
        var next = bench.Begin();
        var sending = next.Send(Get());
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("");
        await sending;
        Assert.True(next.Exchange.ReusedConnection);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public async Task A_pending_read_ends_at_once_when_cancelled(long held)
    {
        using var bench = new TransportBench(Limits with { HeldResponseBytes = held });
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        using var source = new CancellationTokenSource();
        var read = stream.ReadAsync(new byte[5], source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await stream.DisposeAsync();
        Assert.False(exchange.IsDone);
        await connection.SendAsync("hello");
        await exchange.DoneAsync();
        Assert.Equal(1, exchange.DoneCount);
        await bench.NothingHeldAsync();
    }

    [Fact]
    public async Task Gone_before_it_was_sent_costs_the_worker_nothing()
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange.SendAsync(Get(), new CancellationToken(canceled: true)));
        Assert.Equal((1, false), (exchange.DoneCount, exchange.Exchange.Sent));
    }

    private static async Task<(TrackedExchange Exchange, FakeConnection Connection, ClientBody? Body)> LeaveBeforeHeadAsync(
        TransportBench bench, bool upload = false)
    {
        using var source = new CancellationTokenSource();
        var body = upload ? new ClientBody() : null;
        var exchange = bench.Begin();
        var sending = exchange.SendAsync(body is null ? Get() : Post(body), source.Token);
        var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        return (exchange, connection, body);
    }
}
