using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>
/// Takes connections from a socket that is not ours to close. Kestrel's own listener disposes of the socket when it stops, and .NET
/// may then disconnect it, for the service manager too: whoever connects meanwhile is to wait there for our successor.
/// </summary>
internal sealed class PassedSocketListener(PassedSocket passed, Func<Socket, ConnectionContext> create, IDisposable? owned, bool noDelay, TimeProvider time) : IConnectionListener
{
    // Out of descriptors, most likely: trying again at once would burn a core.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint => passed.Address;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                return Create(await passed.Socket.AcceptAsync(_unbound.Token));
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _unbound.CancelAsync();

    /// <summary>After its last connection has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _unbound.CancelAsync();
        _unbound.Dispose();
        owned?.Dispose();
    }

    private ConnectionContext Create(Socket accepted)
    {
        try
        {
            // A Unix socket refuses even "false".
            if (accepted.AddressFamily != AddressFamily.Unix)
            {
                accepted.NoDelay = noDelay;
            }

            return create(accepted);
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }
}
