using System.Net;
using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class LoadTests
{
    private const long Volume = 256L << 20;

    // What is alive, not garbage: other tests allocate beside this one.
    private const long LookEvery = Volume / 8;
    private const long MostAlive = 32 << 20;

    [Fact]
    public async Task A_large_download_needs_constant_memory()
    {
        using var bench = new TransportBench();
        var (exchange, response, connection) = await bench.AnswerAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Volume}\r\n\r\n");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sending = SendVolumeAsync(connection);
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        var buffer = new byte[64 << 10];
        long total = 0, peak = 0;
        for (int count; (count = await stream.ReadAsync(buffer, Ct)) > 0; total += count)
        {
            peak = Math.Max(peak, AliveAt(total, count) - before);
        }

        await sending;
        Assert.Equal((Volume, 1), (total, exchange.DoneCount));
        Assert.InRange(peak, long.MinValue, MostAlive);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Volume)]
    public async Task A_large_upload_needs_constant_memory(long? length)
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sending = exchange.Send(Post(new VolumeContent(length)));
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        var buffer = new byte[64 << 10];
        long total = connection.Buffered, peak = 0;
        while (total < Volume)
        {
            var count = await connection.Socket.ReceiveAsync(buffer.AsMemory(), Ct);
            peak = Math.Max(peak, AliveAt(total, count) - before);
            total += count;
        }

        await connection.AnswerAsync("");
        await sending;
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        Assert.InRange(peak, long.MinValue, MostAlive);
    }

    [Fact]
    public async Task Under_load_every_request_gets_its_own_answer_and_ends_once()
    {
        for (var run = 0; run < 50; run++)
        {
            using var bench = new TransportBench(capacity: 8, time: TimeProvider.System);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var serving = bench.Worker.ServeAsync(EchoAsync, stop.Token);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(slot => Task.Run(() => ClientAsync(bench, slot, run), Ct)));
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        }
    }

    private static async Task ClientAsync(TransportBench bench, int slot, int run)
    {
        var random = new Random((run * 100) + slot);
        for (var i = 0; i < 20; i++)
        {
            using var leave = new CancellationTokenSource();
            var exchange = bench.Begin(slot);
            var name = $"/{slot}/{i}";
            var sending = exchange.SendAsync(i % 3 == 0 ? Post(new ByteArrayContent(new byte[random.Next(1, 30_000)]), name) : Get(name), leave.Token);
            if (random.Next(5) == 0)
            {
                await leave.CancelAsync();
            }

            try
            {
                using var response = await sending;
                if (random.Next(5) > 0)
                {
                    Assert.StartsWith(name + " ", await TrackedExchange.BodyAsync(response), StringComparison.Ordinal);
                }
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested)
            {
            }

            await exchange.DoneAsync();
            Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        }
    }

    /// <summary>Answers with the target, padded to all sizes and framings.</summary>
    private static async Task EchoAsync(FakeConnection connection)
    {
        while (true)
        {
            var head = await connection.ReadHeadAsync();
            var length = head.Split("Content-Length: ");
            if (length.Length > 1)
            {
                await connection.ReadAsync(int.Parse(length[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture));
            }

            var target = head.Split(' ')[1];
            var body = target + " " + new string('x', target.GetHashCode(StringComparison.Ordinal) & 0x1ffff);
            await connection.SendAsync((body.Length & 1) == 0
                ? $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"
                : $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
        }
    }

    private static async Task SendVolumeAsync(FakeConnection connection)
    {
        var piece = new byte[256 << 10];
        for (long sent = 0; sent < Volume; sent += piece.Length)
        {
            await connection.SendAsync(piece);
        }
    }

    private sealed class VolumeContent : HttpContent
    {
        public VolumeContent(long? length) => Headers.ContentLength = length;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var piece = new byte[64 << 10];
            for (long sent = 0; sent < Volume; sent += piece.Length)
            {
                await stream.WriteAsync(piece, cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static long AliveAt(long total, int count) =>
        total / LookEvery < (total + count) / LookEvery ? GC.GetTotalMemory(forceFullCollection: true) : 0;
}
