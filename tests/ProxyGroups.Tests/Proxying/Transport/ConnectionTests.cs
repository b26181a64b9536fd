using System.Net.Sockets;
using ProxyGroups.Groups;
using ProxyGroups.Proxying;
using ProxyGroups.Supervision.Linux;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class ConnectionTests
{
    [Fact]
    public async Task What_a_slot_does_is_seen_while_it_does_it()
    {
        using var bench = new TransportBench();
        Assert.Null(bench.Transport.Look(0));
        var exchange = bench.Begin();
        Assert.Null(bench.Transport.Look(0));
        var sending = exchange.Send(Get("/a%2Fb?secret=/x"));
        var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        Assert.Equal(new SlotWork("GET", "/a%2Fb"), bench.Transport.Look(0));
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var answer = await sending;
        await exchange.DoneAsync();
        Assert.Null(bench.Transport.Look(0));
        Assert.Null(bench.Transport.Look(9));
    }

    [Fact]
    public async Task A_connection_serves_one_request_after_the_other()
    {
        using var bench = new TransportBench();
        var (first, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal("hi", await TrackedExchange.BodyAsync(response));
        Assert.False(first.Exchange.ReusedConnection);
        var second = bench.Begin();
        var sending = second.Send(Get("/2"));
        Assert.StartsWith("GET /2 ", await connection.ReadHeadAsync(), StringComparison.Ordinal);
        await connection.AnswerAsync("");
        await sending;
        Assert.True(second.Exchange.ReusedConnection);
        Assert.Equal((1, 1), (first.DoneCount, second.DoneCount));
    }

    [Fact]
    public async Task A_listener_of_another_user_is_sent_nothing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var bench = new TransportBench(user: Libc.GetEffectiveUser() + 1);
        var exchange = bench.Begin();
        var failure = await exchange.FailsAsync(exchange.Send(Get()), ExchangeFault.NoListener);
        Assert.Contains("not of the worker's user", failure.Message, StringComparison.Ordinal);
        using var connection = await bench.Worker.AcceptAsync(Ct);
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: foo, Close\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: timeout=1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 stray")]
    public async Task What_says_so_or_leaves_bytes_behind_is_not_used_again(string answer)
    {
        using var bench = new TransportBench();
        var (_, _, old) = await bench.AnswerAsync(answer);
        await ExpectNewConnectionAsync(bench);
        Assert.Equal("", await old.ReadToEndAsync());
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: timeout=10, max=5\r\n\r\n")]
    public async Task What_is_kept_alive_is_used_again(string answer)
    {
        using var bench = new TransportBench();
        var (_, _, connection) = await bench.AnswerAsync(answer);
        var next = bench.Begin();
        var sending = next.Send(Get());
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("");
        await sending;
        Assert.True(next.Exchange.ReusedConnection);
    }

    [Fact]
    public async Task An_old_idle_connection_is_not_used_again()
    {
        using var bench = new TransportBench(Limits with { IdleConnectionLifetime = TimeSpan.FromSeconds(30) });
        await bench.AnswerAsync("HTTP/1.1 204 No Content\r\n\r\n");
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await ExpectNewConnectionAsync(bench);
    }

    [Fact]
    public async Task With_a_lifetime_of_zero_each_request_asks_to_close()
    {
        using var bench = new TransportBench(Limits with { IdleConnectionLifetime = TimeSpan.Zero });
        var sending = bench.Begin().Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        Assert.Contains("\r\nConnection: close\r\n", await connection.ReadHeadAsync(), StringComparison.Ordinal);
        await connection.AnswerAsync("");
        await sending;
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public async Task An_idle_connection_that_ended_or_spoke_is_not_used_again(string? stray)
    {
        using var bench = new TransportBench();
        var (_, _, connection) = await bench.AnswerAsync("HTTP/1.1 204 No Content\r\n\r\n");
        if (stray is null)
        {
            connection.Dispose();
        }
        else
        {
            await connection.SendAsync(stray);
        }

        await ExpectNewConnectionAsync(bench);
    }

    [Fact]
    public async Task Nobody_listening_is_named_so_and_nothing_was_sent()
    {
        using var bench = new TransportBench();
        bench.Worker.Dispose();
        var exchange = bench.Begin();
        await exchange.FailsAsync(exchange.Send(Get()), ExchangeFault.NoListener);
        Assert.False(exchange.Exchange.Sent);
    }

    [Fact]
    public async Task A_full_backlog_is_waited_for()
    {
        using var bench = new TransportBench(backlog: 0, time: TimeProvider.System);
        using var fillers = await FillBacklogAsync(bench);
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        Assert.False(sending.IsCompleted);
        // The filler in the queue comes first; it never speaks.
        for (var i = 0; i < fillers.Count; i++)
        {
            (await bench.Worker.AcceptAsync(Ct)).Dispose();
        }

        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("");
        await sending;
        Assert.Equal(ExchangeFault.None, exchange.Fault);
    }

    [Fact]
    public async Task A_backlog_that_stays_full_ends_with_the_requests_time()
    {
        using var bench = new TransportBench(backlog: 0);
        using var fillers = await FillBacklogAsync(bench);
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        while (!sending.IsCompleted)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await exchange.FailsAsync(sending, ExchangeFault.RequestDeadline);
        Assert.False(exchange.Exchange.Sent);
    }

    [Fact]
    public async Task An_exchange_that_was_never_sent_leaves_the_connection_alone()
    {
        using var bench = new TransportBench();
        var (_, _, connection) = await bench.AnswerAsync("HTTP/1.1 204 No Content\r\n\r\n");
        var unsent = bench.Begin();
        unsent.Exchange.Abandon();
        unsent.Exchange.Abandon();
        Assert.Equal(1, unsent.DoneCount);
        var next = bench.Begin();
        var sending = next.Send(Get());
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("");
        await sending;
        next.Exchange.Abandon();
        Assert.Equal(1, next.DoneCount);
    }

    [Fact]
    public async Task A_slot_is_not_given_twice_and_an_exchange_does_not_send_twice()
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        Assert.Throws<InvalidOperationException>(() => bench.Begin());
        exchange.Exchange.Abandon();
        await Assert.ThrowsAsync<InvalidOperationException>(() => exchange.Send(Get()));
    }

    [Fact]
    public async Task Closing_the_transport_ends_what_is_under_way_exactly_once()
    {
        using var bench = new TransportBench(capacity: 4);
        var waiting = bench.Begin(0);
        var sending = waiting.Send(Get());
        using var first = await bench.Worker.AcceptAsync(Ct);
        await first.ReadHeadAsync();
        var streaming = bench.Begin(1);
        var head = streaming.Send(Get());
        using var second = await bench.Worker.AcceptAsync(Ct);
        await second.ReadHeadAsync();
        await second.SendAsync("HTTP/1.1 200 OK\r\n\r\nsome");
        var response = await head;
        var unsent = bench.Begin(2);
        bench.Transport.Dispose();
        await waiting.FailsAsync(sending, ExchangeFault.ClosedBeforeHead);
        await streaming.DoneAsync();
        Assert.Equal(ExchangeFault.BodyCutOff, streaming.Fault);
        await Assert.ThrowsAsync<HttpIOException>(() => TrackedExchange.BodyAsync(response));
        await unsent.FailsAsync(unsent.Send(Get()), ExchangeFault.ConnectFailed);
        var late = bench.Begin(3);
        await late.FailsAsync(late.Send(Get()), ExchangeFault.ConnectFailed);
        Assert.Equal(1, streaming.DoneCount);
    }

    private static async Task ExpectNewConnectionAsync(TransportBench bench)
    {
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("");
        await sending;
        Assert.False(exchange.Exchange.ReusedConnection);
        Assert.Equal(1, exchange.DoneCount);
    }

    private static async Task<Fillers> FillBacklogAsync(TransportBench bench)
    {
        var fillers = new Fillers();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(bench.Worker.Endpoint, Ct);
                fillers.Add(socket);
            }
            catch (SocketException)
            {
                socket.Dispose();
                return fillers;
            }
        }
    }

    private sealed class Fillers : List<Socket>, IDisposable
    {
        public void Dispose() => ForEach(socket => socket.Dispose());
    }
}
