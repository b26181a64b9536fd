using System.Net.Sockets;
using System.Text;

namespace ProxyGroups.Hosting;

/// <summary>Asks the admin socket for the status as a person would, who shall wait neither for the compiler nor for sizes that nobody has read yet.</summary>
internal static class FirstStatus
{
    private static readonly byte[] Request = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <summary>The first line of the answer, once all of it has come.</summary>
    public static async Task<string> AskAsync(string socket, CancellationToken cancellationToken)
    {
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
        await connection.SendAsync(Request, cancellationToken);
        using var answer = new StreamReader(new NetworkStream(connection), Encoding.ASCII);
        var first = await answer.ReadLineAsync(cancellationToken);
        var rest = new char[4096];
        while (await answer.ReadAsync(rest, cancellationToken) > 0)
        {
        }

        return first ?? "no answer";
    }
}
