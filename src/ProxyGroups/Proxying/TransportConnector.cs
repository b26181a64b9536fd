using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Proxying.Sockets;
using ProxyGroups.Proxying.Transport;

namespace ProxyGroups.Proxying;

/// <summary>Gives each worker its own transport.</summary>
internal sealed class TransportConnector(HeldResponses held, TimeProvider time, SocketLoops? loops = null) : IWorkerConnector
{
    // Servers close idle connections after some seconds (Node: 5); one that is about to close must not get a request.
    private static readonly TimeSpan IdleConnectionLifetime = TimeSpan.FromSeconds(2);

    public IWorkerConnection Connect(ServingWorker worker, ProcessGroupSettings settings) => new HttpWorkerTransport(
        worker.Endpoint.ToEndPoint(),
        worker.Endpoint.User,
        worker.Threads,
        TransportLimits.Of(settings, worker.KeepsIdleConnections ? Timeout.InfiniteTimeSpan : IdleConnectionLifetime),
        held,
        time,
        loops);
}
