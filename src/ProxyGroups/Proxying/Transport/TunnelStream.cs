using System.Net.Sockets;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// The connection after 101, both ways, until it is disposed; that ends the exchange. No limit of ours runs on it: a
/// tunnel may be silent for as long as both ends like. One reader and one writer at a time.
/// </summary>
internal sealed class TunnelStream(HttpExchange exchange, LoopSocket socket, InputBuffer input, TunnelBytes bytes) : WorkerStream
{
    /// <summary>Came in along with the 101.</summary>
    private ReadOnlyMemory<byte> _early = TakeAll(input);
    private FairTurn _reading;
    private FairTurn _writing;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_early.IsEmpty)
        {
            return ReceiveAsync(buffer, cancellationToken);
        }

        var count = Math.Min(_early.Length, buffer.Length);
        _early[..count].CopyTo(buffer);
        _early = _early[count..];
        bytes.CountToClient(count);
        return new ValueTask<int>(count);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            for (var rest = buffer; rest.Length > 0;)
            {
                var count = await socket.SendAsync(rest, cancellationToken);
                bytes.CountFromClient(count);
                await _writing.Copied(count);
                rest = rest[count..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The worker has closed the tunnel.", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        exchange.EndTunnel();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            var count = await socket.ReceiveAsync(buffer, ct);
            bytes.CountToClient(count);
            await _reading.Copied(count);
            return count;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The worker has closed the tunnel.", e);
        }
    }

    private static byte[] TakeAll(InputBuffer input)
    {
        var early = input.Unread.ToArray();
        input.Consume(early.Length);
        return early;
    }
}
