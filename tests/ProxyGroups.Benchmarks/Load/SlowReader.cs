using System.Net;
using System.Net.Sockets;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>A client that reads 1 kB per second of a page of 500 kB, and lets its own system take no more than it must.</summary>
internal sealed class SlowReader(IPEndPoint server)
{
    private const int SmallReceiveBuffer = 8192;

    public long BytesRead { get; private set; }

    public int TimesCutOff { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await ReadPageAsync(end);
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

    private async Task ReadPageAsync(CancellationToken end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = SmallReceiveBuffer };
        await socket.ConnectAsync(server, end);
        await socket.SendAsync(BenchFrontDoor.Get("/page"), end);
        var buffer = new byte[1000];
        for (var count = 1; count > 0; BytesRead += count)
        {
            count = await socket.ReceiveAsync(buffer, end);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, end);
        }

        TimesCutOff++;
    }
}
