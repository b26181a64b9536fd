using System.Net;
using System.Net.Sockets;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>A listening socket that the service manager holds and has passed to us.</summary>
internal sealed record PassedSocket(int Descriptor, string Name, Socket Socket)
{
    private volatile bool _isUsed;

    public EndPoint Address => Socket.LocalEndPoint!;

    /// <summary>Some endpoint listens on it.</summary>
    public bool IsUsed => _isUsed;

    public void Use() => _isUsed = true;

    public override string ToString() => $"descriptor {Descriptor} ({Name}, {Address})";
}
