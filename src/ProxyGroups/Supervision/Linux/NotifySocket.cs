using System.Net.Sockets;
using System.Runtime.Versioning;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Receives what one worker says by sd_notify(3). The kernel stamps each datagram with its true sender (SO_PASSCRED,
/// unix(7)); others than the worker's family are ignored. Owned by <see cref="WorkerProcess"/>.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NotifySocket : IDisposable
{
    // Each message costs a look into /proc, and who floods us only waits: the others need the core. 100 a second are plenty.
    public const int Burst = 10;
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const int SocketLevel = 1;
    private const int PassCredentials = 16;

    private readonly TimeProvider _time;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket(string path, TimeProvider time)
    {
        _time = time;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.SetRawSocketOption(SocketLevel, PassCredentials, BitConverter.GetBytes(1));
        // Whom the folder lets in is decided by its owner and mode; sending needs the right to write.
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
    }

    /// <summary>Runs until the socket is disposed of. <paramref name="isKin"/> decides on the sender.</summary>
    public async Task ReceiveAsync(Func<PeerCredentials, bool> isKin, Action<NotifyMessage> received, Action<PeerCredentials> refused)
    {
        using var look = new Look();
        var (heard, began) = (0, _time.GetTimestamp());
        while (await look.WaitAsync(_socket))
        {
            for (; heard < Burst && NotifyDatagram.Receive(_socket) is { } datagram; heard++)
            {
                if (isKin(datagram.Sender))
                {
                    received(NotifyMessage.Parse(datagram.Content));
                }
                else
                {
                    refused(datagram.Sender);
                }
            }

            if (_time.GetElapsedTime(began) is var passed && passed < Pause && heard == Burst)
            {
                await Task.Delay(Pause - passed, _time);
            }

            if (passed >= Pause || heard == Burst)
            {
                (heard, began) = (0, _time.GetTimestamp());
            }
        }
    }

    // The name goes with the worker's folder: the worker may have put anything in its place.
    public void Dispose() => _socket.Dispose();

    /// <summary>
    /// Waits for a datagram without taking it, which .NET could not tell the sender of: a look at one byte. The end of the socket is its usual
    /// end, so it is none by exception: many workers stop at once.
    /// </summary>
    private sealed class Look : SocketAsyncEventArgs
    {
        private TaskCompletionSource<bool> _seen = new();

        public Look()
            : base(true) => SetBuffer(new byte[1]);

        /// <summary>False: the socket has ended.</summary>
        public Task<bool> WaitAsync(Socket socket)
        {
            // Each operation leaves the flags that came with what it got.
            (_seen, SocketFlags) = (new(TaskCreationOptions.RunContinuationsAsynchronously), SocketFlags.Peek);
            try
            {
                if (!socket.ReceiveAsync(this))
                {
                    OnCompleted(this);
                }
            }
            catch (ObjectDisposedException)
            {
                _seen.SetResult(false);
            }

            return _seen.Task;
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => _seen.SetResult(SocketError == SocketError.Success);
    }
}
