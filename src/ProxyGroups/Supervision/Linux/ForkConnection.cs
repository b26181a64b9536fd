using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Our end of one order to a preloader: the order and its descriptors go out (SCM_RIGHTS of unix(7), which .NET has no call for), then
/// lines come in: the worker's pid or why there is none, later how it ended.
/// </summary>
internal sealed class ForkConnection : IDisposable
{
    private const int SocketLevel = 1;
    private const int Rights = 1;

    // struct cmsghdr: length, level, type.
    private const int HeaderLength = 16;

    // The descriptors go with the first piece, which an empty socket buffer takes whole.
    private const int FirstPiece = 4096;

    // Modules are anybody's code: what they say in the preloader's name is bounded.
    private const int LongestAnswers = 4096;

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[LongestAnswers];
    private int _read;
    private int _taken;

    private ForkConnection(Socket socket) => _socket = socket;

    /// <exception cref="PreloadException">Somebody else listens there.</exception>
    /// <exception cref="SocketException">Nobody does.</exception>
    public static async Task<ForkConnection> OpenAsync(string path, int preloader, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return PeerCredentials.Of(socket).Pid == preloader
                ? new(socket)
                : throw new PreloadException(new("another process listens on its socket", "End that process: a module may have forked it when imported.", IsLasting: true), isBroken: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> order, int[] descriptors, CancellationToken cancellationToken)
    {
        var sent = Send(order.Span[..Math.Min(order.Length, FirstPiece)], descriptors);
        for (; sent < order.Length; sent += await _socket.SendAsync(order[sent..], cancellationToken))
        {
            // In pieces, as the preloader takes them.
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Null: there will be none.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        int end;
        while ((end = _received.AsSpan(_taken, _read - _taken).IndexOf((byte)'\n')) < 0)
        {
            var received = await _socket.ReceiveAsync(_received.AsMemory(_read), cancellationToken);
            if (received == 0)
            {
                return null;
            }

            _read += received;
        }

        var line = Encoding.UTF8.GetString(_received, _taken, end);
        _taken += end + 1;
        return line;
    }

    /// <summary>The exit code, 128 + n for signal n; null: the preloader cannot tell any more.</summary>
    public async Task<int?> ReadExitAsync(TimeSpan timeout)
    {
        using var patience = new CancellationTokenSource(timeout);
        try
        {
            return (await ReadLineAsync(patience.Token))?.Split(' ') is ["exit", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();

    private unsafe int Send(ReadOnlySpan<byte> piece, int[] descriptors)
    {
        var length = HeaderLength + (descriptors.Length * sizeof(int));
        var control = stackalloc byte[(length + 7) & ~7];
        *(long*)control = length;
        *(int*)(control + 8) = SocketLevel;
        *(int*)(control + 12) = Rights;
        descriptors.CopyTo(new Span<int>(control + HeaderLength, descriptors.Length));
        fixed (byte* start = piece)
        {
            var buffer = new Libc.Buffer { Start = start, Length = (nuint)piece.Length };
            var message = new Libc.MessageHeader { Buffers = &buffer, BufferCount = 1, Control = control, ControlLength = (nuint)((length + 7) & ~7) };
            var sent = (int)Libc.SendMessage((int)_socket.Handle, &message, Libc.NoSignal);
            return sent > 0 ? sent : throw new IOException($"The order could not be sent: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
