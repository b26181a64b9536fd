using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>One address that Kestrel listens on.</summary>
internal sealed class LoopListener : IConnectionListener
{
    // Out of descriptors, most likely: trying again at once would burn a core.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly LoopConnections _connections;
    private readonly bool _noDelay;
    private readonly TimeProvider _time;
    private volatile bool _ended;

    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public LoopListener(EndPoint endpoint, LoopConnections connections, SocketTransportOptions options, TimeProvider time)
    {
        (_connections, _noDelay, _time) = (connections, options.NoDelay, time);
        try
        {
            _socket = options.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }

        try
        {
            EndPoint = _socket.LocalEndPoint ?? endpoint;
            _socket.Listen(options.Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_ended)
        {
            Socket accepted;
            try
            {
                accepted = await _socket.AcceptAsync(cancellationToken);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, _time, CancellationToken.None);
                continue;
            }

            if (TryCreate(accepted) is { } connection)
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        _ended = true;
        _socket.Dispose();
        return default;
    }

    /// <summary>Null: the client has gone already, or the system has no room to watch it.</summary>
    private ConnectionContext? TryCreate(Socket accepted)
    {
        try
        {
            // A Unix socket refuses even "false".
            if (accepted.AddressFamily != AddressFamily.Unix)
            {
                accepted.NoDelay = _noDelay;
            }

            return _connections.Create(accepted);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            accepted.Dispose();
            return null;
        }
    }
}
