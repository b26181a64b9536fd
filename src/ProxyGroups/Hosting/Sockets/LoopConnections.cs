using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>Makes Kestrel's connections from accepted sockets.</summary>
internal sealed class LoopConnections(SocketLoops loops, IOptions<SocketTransportOptions> options, IMemoryPoolFactory<byte> pools) : IDisposable
{
    private readonly MemoryPool<byte> _pool = pools.Create();
    private readonly SocketTransportOptions _options = options.Value;

    /// <exception cref="IOException">The system has no room to watch one more socket, which is closed.</exception>
    public ConnectionContext Create(Socket accepted)
    {
        var connection = new LoopConnection(new LoopSocket(accepted, loops.NextForClient()), _pool, Input(), Output());
        connection.Start();
        return connection;
    }

    public void Dispose() => _pool.Dispose();

    // The socket's side never blocks, so it goes on wherever the application has written or read.
    private PipeOptions Input() => Bounded(_options.MaxReadBufferSize, reader: AppScheduler.Instance, writer: PipeScheduler.Inline);

    private PipeOptions Output() => Bounded(_options.MaxWriteBufferSize, reader: PipeScheduler.Inline, writer: AppScheduler.Instance);

    private PipeOptions Bounded(long? bytes, PipeScheduler reader, PipeScheduler writer) =>
        new(_pool, reader, writer, bytes ?? 0, (bytes ?? 0) / 2, useSynchronizationContext: false);
}
