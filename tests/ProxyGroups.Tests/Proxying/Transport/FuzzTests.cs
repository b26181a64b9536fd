using System.Text;
using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>Seeded: a failure names its seed.</summary>
public class FuzzTests
{
    private static readonly string[] Answers =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nX-A: b\r\n\r\nabcdefghijklmnopqrstuvwxyz",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n15\r\nfghijklmnopqrstuvwxyz\r\n0\r\nX-T: 1\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcdefghijklmnopqrstuvwxyz",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_split_of_a_valid_answer_gives_the_same_body(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            using var bench = new TransportBench(Limits with { HeldResponseBytes = random.Next(2) << 20 });
            var answer = Answers[random.Next(Answers.Length)];
            var exchange = bench.Begin();
            var sending = exchange.Send(Get());
            var writing = WriteAsync(bench, Pieces(answer, random));
            Assert.Equal("abcdefghijklmnopqrstuvwxyz", await TrackedExchange.BodyAsync(await sending));
            await writing;
            await exchange.DoneAsync();
            Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_corrupt_answer_never_hangs_and_always_ends_once(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            using var bench = new TransportBench(Limits with { HeldResponseBytes = random.Next(2) << 20 });
            var exchange = bench.Begin();
            var sending = exchange.Send(Get());
            var writing = WriteAsync(bench, Pieces(Corrupt(Answers[random.Next(Answers.Length)], random), random));
            try
            {
                using var response = await sending;
                await TrackedExchange.BodyAsync(response);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                Assert.NotEqual(ExchangeFault.None, exchange.Fault);
            }

            await exchange.DoneAsync();
            Assert.Equal(1, exchange.DoneCount);
            await bench.NothingHeldAsync();
            await writing;
        }
    }

    private static async Task WriteAsync(TransportBench bench, IEnumerable<string> pieces)
    {
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        try
        {
            foreach (var piece in pieces)
            {
                await connection.SendAsync(piece);
                await Task.Yield();
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Refused early.
        }
    }

    private static List<string> Pieces(string text, Random random)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var size = Math.Min(random.Next(1, 30), text.Length - at);
            pieces.Add(text.Substring(at, size));
            at += size;
        }

        return pieces;
    }

    private static string Corrupt(string text, Random random)
    {
        var bytes = new StringBuilder(text);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (char)random.Next(256); break;
                case 1: bytes.Remove(at, Math.Min(random.Next(1, 9), bytes.Length - at)); bytes.Append('x'); break;
                case 2: bytes.Insert(at, "\r\n"); break;
                default: bytes.Length = Math.Max(1, at); break;
            }
        }

        return bytes.ToString();
    }
}
