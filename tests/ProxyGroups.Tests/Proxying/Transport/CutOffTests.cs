using System.Diagnostics;
using ProxyGroups.Proxying;
using Xunit;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

public class CutOffTests
{
    [Theory]
    [InlineData(1 << 20)]
    [InlineData(0)]
    public async Task A_body_breaks_off_a_moment_after_its_last_bytes_while_the_slot_is_free_at_once(long held)
    {
        using var bench = new TransportBench(Limits with { HeldResponseBytes = held });
        var (exchange, response, connection) = await bench.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        var stream = await response.Content.ReadAsStreamAsync(Ct);
        await stream.ReadExactlyAsync(new byte[5], Ct);
        var watch = Stopwatch.StartNew();
        connection.Dispose();
        var reading = Assert.ThrowsAsync<HttpIOException>(() => stream.ReadAsync(new byte[5], Ct).AsTask());
        await exchange.DoneAsync();
        await reading;
        Assert.InRange(watch.ElapsedMilliseconds, 40, 10_000);
        Assert.Equal((ExchangeFault.BodyCutOff, 1), (exchange.Fault, exchange.DoneCount));
    }
}
