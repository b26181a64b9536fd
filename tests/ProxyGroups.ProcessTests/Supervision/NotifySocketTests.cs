using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>What a worker may cost by sd_notify.</summary>
public sealed class NotifySocketTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_flood_of_messages_waits_for_its_turn()
    {
        var folder = TestPaths.CreateFolder();
        var path = Path.Combine(folder, "notify.sock");
        var (time, heard) = (new FakeTimeProvider(), 0);
        using var socket = new NotifySocket(path, time);
        using var worker = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var sending = Task.Run(() => Enumerable.Range(0, NotifySocket.Burst + 5).Sum(_ => worker.SendTo("WATCHDOG=1"u8, new UnixDomainSocketEndPoint(path))), TestContext.Current.CancellationToken);
        _ = socket.ReceiveAsync(static _ => true, _ => Interlocked.Increment(ref heard), static _ => { });
        await sending;
        await Alive.UntilAsync(() => Volatile.Read(ref heard) >= NotifySocket.Burst, "the first burst was not heard");
        Assert.Equal(NotifySocket.Burst, Volatile.Read(ref heard));
        await Alive.UntilAsync(() => { time.Advance(NotifySocket.Pause); return Volatile.Read(ref heard) == NotifySocket.Burst + 5; }, "the rest was not heard");
    }

    [Fact(Timeout = 30_000)]
    public async Task Its_end_is_none_by_exception()
    {
        var thrown = 0;
        var ours = new AsyncLocal<bool> { Value = true };
        void Count(object? sender, FirstChanceExceptionEventArgs thrownNow) => Interlocked.Add(ref thrown, ours.Value ? 1 : 0);
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            using var socket = new NotifySocket(Path.Combine(TestPaths.CreateFolder(), "notify.sock"), TimeProvider.System);
            var receiving = socket.ReceiveAsync(static _ => true, static _ => { }, static _ => { });
            socket.Dispose();
            await receiving;
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Equal(0, thrown);
    }
}
