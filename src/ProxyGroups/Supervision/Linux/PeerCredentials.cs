using System.Net.Sockets;

namespace ProxyGroups.Supervision.Linux;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word: struct ucred of unix(7). Of a connection: who called listen(2).</summary>
internal readonly record struct PeerCredentials(int Pid, uint User)
{
    private const int SocketLevel = 1;
    private const int PeerCredentialsOption = 17;
    private const int Size = 12;

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[Size];
        socket.GetRawSocketOption(SocketLevel, PeerCredentialsOption, credentials);
        return Parse(credentials);
    }

    public static PeerCredentials Parse(ReadOnlySpan<byte> credentials) => new(BitConverter.ToInt32(credentials), BitConverter.ToUInt32(credentials[4..]));
}
