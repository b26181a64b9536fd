using System.Net;
using System.Net.Sockets;

namespace ProxyGroups.Supervision;

/// <summary>Where a worker listens: a Unix socket, or a loopback port where the program can do no better; a background worker nowhere.</summary>
internal sealed record WorkerEndpoint
{
    public static readonly WorkerEndpoint Nowhere = new();

    public string? SocketPath { get; init; }

    public int? Port { get; init; }

    /// <summary>Whose listener the socket has to be: the worker may put a link to another one in its place, which opens for our rights. Null: anybody's.</summary>
    public uint? User { get; init; }

    public bool IsNowhere => SocketPath is null && Port is null;

    public EndPoint ToEndPoint() =>
        SocketPath is { } path ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, Port ?? 0);
}
