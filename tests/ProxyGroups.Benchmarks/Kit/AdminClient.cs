using System.Net.Sockets;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>A client of a front door's admin socket.</summary>
internal static class AdminClient
{
    private const string Mark = "commands at ";

    /// <summary>Once the front door has told where its socket is.</summary>
    public static async Task<HttpClient> ConnectAsync(FrontDoorProcess process)
    {
        var line = await process.WaitForLogAsync(static line => line.Contains($"events and {Mark}/", StringComparison.Ordinal));
        var path = line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..];
        return new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost") };
    }
}
