using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class HeldResponseTests
{
    private const int Size = 1 << 20;
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n";

    [Fact]
    public async Task The_worker_is_done_though_the_client_reads_nothing()
    {
        using var bench = new TransportBench();
        var (exchange, response, connection) = await bench.AnswerAsync(Head);
        await connection.SendAsync(new string('x', Size));
        await exchange.DoneAsync();
        Assert.Equal(Size, bench.Held.HeldBytes);
        Assert.Equal(Size, (await TrackedExchange.BodyAsync(response)).Length);
        Assert.Equal(1, exchange.DoneCount);
        await bench.NothingHeldAsync();
    }

    [Fact]
    public async Task Bytes_reach_the_client_as_they_come()
    {
        using var bench = new TransportBench();
        var (_, response, connection) = await bench.AnswerAsync(Head + "hello");
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        await stream.ReadExactlyAsync(new byte[5], Ct);
        var read = stream.ReadAsync(new byte[5], Ct).AsTask();
        Assert.False(read.IsCompleted);
        await connection.SendAsync("more");
        Assert.Equal(4, await read);
    }

    [Theory]
    [InlineData(Size - 1, 64 << 20)]
    [InlineData(Size, Size - 1)]
    public async Task Above_the_limit_or_the_budget_it_streams_and_holds_the_slot(long limit, long budget)
    {
        using var bench = new TransportBench(Limits with { HeldResponseBytes = limit }, budget: budget);
        var (exchange, response, connection) = await bench.AnswerAsync(Head);
        var sending = connection.SendAsync(new string('x', Size));
        Assert.Equal(0, bench.Held.HeldBytes);
        Assert.False(exchange.IsDone);
        Assert.Equal(Size, (await TrackedExchange.BodyAsync(response)).Length);
        await sending;
        Assert.Equal(1, exchange.DoneCount);
    }

    [Fact]
    public async Task An_answer_complete_with_its_head_is_done_before_it_is_handed_over()
    {
        using var bench = new TransportBench();
        var (exchange, response, _) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal(1, exchange.DoneCount);
        Assert.Equal(2, bench.Held.HeldBytes);
        response.Dispose();
        Assert.Equal(0, bench.Held.HeldBytes);
    }

    [Fact]
    public async Task The_facts_stay_when_the_slot_serves_the_next()
    {
        using var bench = new TransportBench();
        var (first, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
        var second = bench.Begin();
        var sending = second.Send(Get());
        await connection.ReadHeadAsync();
        connection.Dispose();
        await second.FailsAsync(sending, ExchangeFault.ClosedBeforeHead);
        Assert.Equal("first", await TrackedExchange.BodyAsync(response));
        Assert.Equal((ExchangeFault.None, true, true), (first.Fault, first.Exchange.Sent, first.Exchange.HeadReceived));
    }
}
