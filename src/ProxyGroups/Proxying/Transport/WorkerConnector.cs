using System.Net;
using System.Net.Sockets;
using ProxyGroups.Proxying.Sockets;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Proxying.Transport;

/// <summary>Opens a slot's connection.</summary>
internal static class WorkerConnector
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// A full backlog on AF_UNIX fails at once with EAGAIN (connect(2)) where TCP would wait: the worker is alive and busy,
    /// so it is asked again until <paramref name="adopt"/> throws because the request's time is over.
    /// </summary>
    /// <param name="endpoint">The worker.</param>
    /// <param name="user">Whose listener it has to be; null: anybody's.</param>
    /// <param name="loops">Where the connection is to be waited for; null: .NET's way.</param>
    /// <param name="time">Measures the pauses.</param>
    /// <param name="adopt">Called with each socket before it connects, so that whoever ends the exchange can close it.</param>
    /// <param name="ct">The client, or the forwarder, gives up.</param>
    public static async ValueTask<LoopSocket> ConnectAsync(
        EndPoint endpoint, uint? user, SocketLoops? loops, TimeProvider time, Action<LoopSocket> adopt, CancellationToken ct)
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            var socket = Create(endpoint, loops);
            try
            {
                adopt(socket);
                await socket.ConnectAsync(endpoint, ct);
                CheckListener(socket.Socket, user);
                return socket;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            await Task.Delay(delay, time, ct);
        }
    }

    /// <summary>The socket file is gone (.NET calls ENOENT so), nobody accepts, or it is somebody else who does.</summary>
    public static bool SaysNobodyListens(Exception failure) =>
        failure is IOException or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable };

    private static void CheckListener(Socket socket, uint? user)
    {
        if (user is not null && OperatingSystem.IsLinux() && PeerCredentials.Of(socket).User is var listener && listener != user)
        {
            throw new IOException($"its listener is a process of user {listener}, not of the worker's user {user}");
        }
    }

    // TCP takes its time to connect, and .NET watches a socket for good that it once had to wait for.
    private static LoopSocket Create(EndPoint endpoint, SocketLoops? loops) => endpoint.AddressFamily == AddressFamily.Unix
        ? new LoopSocket(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), loops?.NextForWorker())
        : new LoopSocket(new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, null);
}
