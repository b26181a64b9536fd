using System.Net;
using System.Net.Sockets;

namespace ProxyGroups.Supervision;

/// <summary>Where a worker listens: a Unix socket, or a loopback port where the program can do no better.</summary>
internal sealed record WorkerEndpoint
{
    public string? SocketPath { get; init; }

    public int? Port { get; init; }

    public EndPoint ToEndPoint() =>
        SocketPath is { } path ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, Port ?? 0);
}
