using System.Net.Sockets;
using System.Text;

namespace TestWorker;

/// <summary>The sending side of sd_notify(3).</summary>
internal static class Notify
{
    public static void Send(string message)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { } path)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(path));
        }
    }
}
