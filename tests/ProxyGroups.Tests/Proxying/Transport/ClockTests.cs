using System.Net.Sockets;
using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class ClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Without_a_head_the_request_ends_with_its_time()
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        bench.Time.Advance(59 * Second);
        Assert.False(exchange.IsDone);
        bench.Time.Advance(Second);
        await exchange.FailsAsync(sending, ExchangeFault.RequestDeadline);
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    /// <summary>Else the next request of the slot would open a second connection beside it, one more than the worker has threads.</summary>
    [Fact]
    public async Task A_connection_whose_time_is_over_is_closed_before_its_slot_is_free()
    {
        using var bench = new TransportBench();
        for (var round = 0; round < 2000; round++)
        {
            FakeConnection? connection = null;
            var isClosed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var exchange = bench.Transport.BeginExchange(0, _ => isClosed.SetResult(connection!.Socket.Poll(0, SelectMode.SelectRead)));
            var sending = exchange.SendAsync(Get(), CancellationToken.None);
            using (connection = await bench.Worker.AcceptAsync(Ct))
            {
                await connection.ReadHeadAsync();
                bench.Time.Advance(60 * Second);
                Assert.True(await isClosed.Task.WaitAsync(Ct), $"round {round}");
            }

            await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        }
    }

    [Fact]
    public async Task The_time_of_one_request_is_not_the_next_ones()
    {
        using var bench = new TransportBench();
        var (_, _, connection) = await bench.AnswerAsync("HTTP/1.1 204 No Content\r\n\r\n");
        bench.Time.Advance(59 * Second);
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        await connection.ReadHeadAsync();
        bench.Time.Advance(59 * Second);
        Assert.False(exchange.IsDone);
        bench.Time.Advance(Second);
        await exchange.FailsAsync(sending, ExchangeFault.RequestDeadline);
    }

    [Fact]
    public async Task Waiting_for_the_clients_upload_stops_the_clock()
    {
        using var bench = new TransportBench();
        var body = new ClientBody(20_000);
        var exchange = bench.Begin();
        var sending = exchange.Send(Post(body));
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        bench.Time.Advance(TimeSpan.FromHours(1));
        body.Send(new byte[20_000]);
        await connection.ReadAsync(20_000);
        // The bytes are here before the sender knows that they are sent, so the minute begins somewhat later.
        var seconds = 0;
        for (; !exchange.IsDone; seconds++)
        {
            bench.Time.Advance(Second);
            await Task.Yield();
        }

        Assert.True(seconds >= 60);
        await exchange.FailsAsync(sending, ExchangeFault.RequestDeadline);
    }

    [Fact]
    public async Task Waiting_for_the_worker_to_read_does_not()
    {
        using var bench = new TransportBench();
        var body = new ClientBody();
        var exchange = bench.Begin();
        var sending = exchange.Send(Post(body));
        using var connection = await bench.Worker.AcceptAsync(Ct);
        body.Send(new byte[8 << 20]);
        // The rest of the write can only be waiting once the first bytes are here and the buffers between us are full.
        await connection.ReadHeadAsync();
        while (!sending.IsCompleted)
        {
            bench.Time.Advance(Second);
            await Task.Yield();
        }

        await exchange.FailsAsync(sending, ExchangeFault.RequestDeadline);
        Assert.IsType<IOException>(await body.WriteFailure);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public async Task Silence_within_the_body_cuts_it_off(long held)
    {
        using var bench = new TransportBench(Limits with { HeldResponseBytes = held });
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        await stream.ReadExactlyAsync(new byte[5], Ct);
        var read = stream.ReadAsync(new byte[5], Ct).AsTask();
        bench.Time.Advance(TimeSpan.FromMinutes(4.9));
        await connection.SendAsync(",");
        Assert.Equal(1, await read);
        read = stream.ReadAsync(new byte[5], Ct).AsTask();
        bench.Time.Advance(TimeSpan.FromMinutes(4.9));
        Assert.False(read.IsCompleted);
        bench.Time.Advance(TimeSpan.FromMinutes(0.1));
        await Assert.ThrowsAsync<HttpIOException>(() => read);
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.Silence), (exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_not_the_workers_silence()
    {
        using var bench = new TransportBench(Limits with { HeldResponseBytes = 0 });
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        bench.Time.Advance(TimeSpan.FromHours(1));
        await connection.SendAsync("world");
        Assert.Equal("helloworld", await TrackedExchange.BodyAsync(response));
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
    }

    [Fact]
    public async Task Infinite_limits_never_end()
    {
        using var bench = new TransportBench(Limits with { Request = Timeout.InfiniteTimeSpan, Silence = Timeout.InfiniteTimeSpan });
        var exchange = bench.Begin();
        var sending = exchange.Send(Get());
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        bench.Time.Advance(TimeSpan.FromDays(30));
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        var response = await sending;
        bench.Time.Advance(TimeSpan.FromDays(30));
        await connection.SendAsync("hi");
        Assert.Equal("hi", await TrackedExchange.BodyAsync(response));
    }
}
