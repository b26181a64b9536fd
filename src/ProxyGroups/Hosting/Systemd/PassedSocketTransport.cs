using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProxyGroups.Hosting.Sockets;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>Where the server is to listen on the address of a passed socket, it takes that socket; all other addresses are Kestrel's own affair.</summary>
internal sealed class PassedSocketTransport(PassedSockets sockets, IOptions<SocketTransportOptions> options, ILoggerFactory loggers, TimeProvider time, LoopConnections? loops = null)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => sockets.Find(endpoint) is not null;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var passed = sockets.Find(endpoint)!;
        passed.Use();
        if (loops is not null)
        {
            return new(new PassedSocketListener(passed, loops.Create, null, options.Value.NoDelay, time));
        }

        var connections = new SocketConnectionContextFactory(Options(), loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));
        return new(new PassedSocketListener(passed, connections.Create, connections, options.Value.NoDelay, time));
    }

    private SocketConnectionFactoryOptions Options() => new()
    {
        IOQueueCount = options.Value.IOQueueCount,
        WaitForDataBeforeAllocatingBuffer = options.Value.WaitForDataBeforeAllocatingBuffer,
        MaxReadBufferSize = options.Value.MaxReadBufferSize,
        MaxWriteBufferSize = options.Value.MaxWriteBufferSize,
        UnsafePreferInlineScheduling = options.Value.UnsafePreferInlineScheduling,
    };
}
