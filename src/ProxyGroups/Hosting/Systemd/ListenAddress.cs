using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>Addresses to listen on, as Kestrel writes them and as sockets have them.</summary>
internal static class ListenAddress
{
    /// <summary>Where a client on this machine reaches an address that the server listens on; null for a named pipe.</summary>
    public static EndPoint? ToConnectTo(string url)
    {
        var address = BindingAddress.Parse(url);
        return address.IsNamedPipe ? null
            : address.IsUnixPipe ? new UnixDomainSocketEndPoint(address.UnixPipePath)
            : new IPEndPoint(IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !IsAny(ip) ? ip : IPAddress.Loopback, address.Port);
    }

    /// <summary>As Kestrel's settings write it, without TLS; null for a Unix socket without a path.</summary>
    public static string? UrlOf(EndPoint point) => point switch
    {
        IPEndPoint ip => $"http://{ip}",
        UnixDomainSocketEndPoint unix when unix.ToString() is ['/', ..] path => $"http://unix:{path}",
        _ => null,
    };

    /// <summary>A server that is asked to listen everywhere tries IPv6 first; the socket that was passed may have either.</summary>
    public static bool AreSame(EndPoint left, EndPoint right) => (left, right) switch
    {
        (IPEndPoint one, IPEndPoint other) => one.Port == other.Port && (one.Address.Equals(other.Address) || (IsAny(one.Address) && IsAny(other.Address))),
        (UnixDomainSocketEndPoint, UnixDomainSocketEndPoint) => left.ToString() == right.ToString(),
        _ => false,
    };

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
