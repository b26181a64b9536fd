using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>One keep-alive connection of a client that wants small answers of known length. One request at a time.</summary>
internal sealed class HttpConnection(IPEndPoint server) : IDisposable
{
    private readonly byte[] _bytes = new byte[8 << 10];
    private Socket? _socket;
    private int _length;

    public async Task<Answer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken patience = default)
    {
        _length = 0;
        try
        {
            _socket ??= await ConnectAsync(patience);
            await _socket.SendAsync(request, patience);
            return await ReceiveAsync(_socket, patience);
        }
        catch (SocketException)
        {
            return Break(gaveUp: false);
        }
        catch (OperationCanceledException)
        {
            return Break(gaveUp: true);
        }
    }

    public void Dispose() => _socket?.Dispose();

    private async Task<Socket> ConnectAsync(CancellationToken patience)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, patience);
        return socket;
    }

    private async Task<Answer> ReceiveAsync(Socket socket, CancellationToken patience)
    {
        while (true)
        {
            var count = await socket.ReceiveAsync(_bytes.AsMemory(_length), patience);
            _length += count;
            if (count == 0)
            {
                return Break(gaveUp: false);
            }

            if (WholeAnswerStatus() is { } status)
            {
                return new Answer(status, HasBegun: true, GaveUp: false);
            }
        }
    }

    private int? WholeAnswerStatus()
    {
        var bytes = _bytes.AsSpan(0, _length);
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return null;
        }

        var head = Encoding.Latin1.GetString(bytes[..headEnd]);
        const string Name = "\r\nContent-Length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        var end = head.IndexOf('\r', at);
        var body = int.Parse(end < 0 ? head[at..] : head[at..end], CultureInfo.InvariantCulture);
        return _length < headEnd + 4 + body ? null : int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    private Answer Break(bool gaveUp)
    {
        _socket?.Dispose();
        _socket = null;
        return new Answer(0, HasBegun: _length > 0, gaveUp);
    }
}
