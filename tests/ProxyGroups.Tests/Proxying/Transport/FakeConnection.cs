using System.Net.Sockets;
using System.Text;
using Xunit;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>The worker's side of one connection.</summary>
internal sealed class FakeConnection(Socket socket) : IDisposable
{
    private readonly List<byte> _received = [];

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Socket Socket => socket;

    /// <summary>Received along with what was read, and not read yet.</summary>
    public int Buffered => _received.Count;

    /// <summary>A request head, empty line included; throws at the end of the connection.</summary>
    public Task<string> ReadHeadAsync() => ReadUntilAsync("\r\n\r\n");

    public async Task<string> ReadUntilAsync(string end)
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString(_received.ToArray());
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                return Take(at + end.Length);
            }

            if (!await FillAsync())
            {
                throw new EndOfStreamException();
            }
        }
    }

    public async Task<string> ReadAsync(int count)
    {
        while (_received.Count < count)
        {
            if (!await FillAsync())
            {
                throw new EndOfStreamException();
            }
        }

        return Take(count);
    }

    /// <summary>All that comes until the other side closes or shuts down.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            while (await FillAsync())
            {
            }
        }
        catch (SocketException)
        {
        }

        return Take(_received.Count);
    }

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, Ct)..];
        }
    }

    public Task AnswerAsync(string body) => SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[64 << 10];
        var count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, Ct);
        _received.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }

    private string Take(int count)
    {
        var text = Encoding.Latin1.GetString(_received.GetRange(0, count).ToArray());
        _received.RemoveRange(0, count);
        return text;
    }
}
