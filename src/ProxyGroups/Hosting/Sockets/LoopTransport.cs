using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using ProxyGroups.Hosting.Systemd;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>Kestrel's transport on <see cref="SocketLoops"/>; settings, defaults and addresses are those of its own socket transport.</summary>
internal sealed class LoopTransport(LoopConnections connections, IOptions<SocketTransportOptions> options, TimeProvider time, PassedSockets? passed = null)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => (endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint) && passed?.Find(endpoint) is null;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        return new(new LoopListener(endpoint, connections, options.Value, time));
    }
}
