using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>A client that uploads one byte per second. Cut off, it comes back at once.</summary>
internal sealed class SlowSender(IPEndPoint server)
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes("POST /sink HTTP/1.1\r\nHost: bench\r\nContent-Length: 10000\r\n\r\n");

    public int TimesCutOff { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await UploadAsync(end);
            }
            catch (SocketException)
            {
                TimesCutOff++;
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    private async Task UploadAsync(CancellationToken end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, end);
        await socket.SendAsync(Head, end);
        var answer = new byte[1024];
        while (!socket.Poll(0, SelectMode.SelectRead))
        {
            await socket.SendAsync("x"u8.ToArray(), end);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, end);
        }

        await socket.ReceiveAsync(answer, end);
        TimesCutOff++;
    }
}
