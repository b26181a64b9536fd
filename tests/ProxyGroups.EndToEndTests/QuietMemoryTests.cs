using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A front door that is quiet again gives back what a busy time took.</summary>
public sealed class QuietMemoryTests
{
    private const int Kilobytes = 1024;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes($"GET {Site.Overview} HTTP/1.1\r\nHost: test\r\n\r\n");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task What_a_busy_time_took_is_given_back_once_it_is_quiet()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Command = TestApps.TestWorker(), Processes = 0 })));
        await AskAllAtOnceAsync(frontDoor, clients: 3000);
        var busy = Resident.Kilobytes(frontDoor.Pid);
        await Poll.UntilAsync(() => Resident.Kilobytes(frontDoor.Pid) < busy - (4 * Kilobytes), "giving memory back", Token, seconds: 60);
    }

    // A connection each, so that there is much to hold at the same time.
    private static async Task AskAllAtOnceAsync(FrontDoorProcess frontDoor, int clients)
    {
        var open = new List<TcpClient>();
        foreach (var _ in Enumerable.Range(0, clients))
        {
            var client = new TcpClient();
            open.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, frontDoor.Address.Port, Token);
            await client.GetStream().WriteAsync(Request, Token);
        }

        foreach (var client in open)
        {
            Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[1024], Token));
        }

        open.ForEach(static client => client.Dispose());
    }
}
