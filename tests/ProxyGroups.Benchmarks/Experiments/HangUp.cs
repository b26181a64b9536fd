using System.Net.Sockets;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>10,000 clients wait in the queue and hang up at once. None of them may reach a worker, and no slot may be lost.</summary>
internal static class HangUp
{
    private const int Waiting = 10_000;
    private const int Slots = 8;
    private static readonly ReadOnlyMemory<byte> Blocker = BenchFrontDoor.Get("/sleep?ms=20000");
    private static readonly ReadOnlyMemory<byte> Counted = BenchFrontDoor.Get("/count");

    public static async Task RunAsync(Report report)
    {
        var contentRoot = ProxyGroups.EndToEndTests.Kit.FrontDoorProcess.CreateContentRoot();
        var countFile = Path.Combine(contentRoot, "count");
        await using var door = await BenchFrontDoor.StartAsync(
            new
            {
                Directory = BenchFrontDoor.Apps,
                Wsgi = "bench:application",
                Processes = 2,
                Threads = 4,
                Environment = new Dictionary<string, string> { ["COUNT_FILE"] = countFile },
                // No estimate is to refuse anybody: after the blockers it would think of 20 s per request.
                Queue = new { Limit = 2 * Waiting, MaxWait = "off" },
            },
            contentRoot: contentRoot);
        using var blockers = new Clients(door.EndPoint);
        var blocking = Enumerable.Range(0, Slots).Select(_ => blockers.SendAsync(Blocker)).ToArray();
        await door.WaitUntilAsync(static state => state.BusySlots == Slots, TimeSpan.FromSeconds(10));

        var sockets = await Task.WhenAll(Enumerable.Range(0, Waiting).Select(_ => QueueUpAsync(door)));
        await door.WaitUntilAsync(static state => state.Queued == Waiting, TimeSpan.FromSeconds(15));
        var start = TimeProvider.System.GetTimestamp();
        Array.ForEach(sockets, static socket => socket.Dispose());
        var closing = TimeProvider.System.GetElapsedTime(start);
        await door.WaitUntilAsync(static state => state.Queued == 0, TimeSpan.FromSeconds(30));
        var gone = TimeProvider.System.GetElapsedTime(start);

        report.Note($"our own closing of {Waiting} sockets took {closing.TotalMilliseconds:0} ms of it");
        report.AtMost("all gone from the queue", gone.TotalSeconds, 2, "s");
        report.Exactly("slots still busy with the others", (await door.StateAsync()).BusySlots, Slots);
        report.Exactly("blockers answered", (await Task.WhenAll(blocking)).Count(static answer => answer.IsGood), Slots);
        report.Exactly("requests of the gone that reached a worker", File.Exists(countFile) ? new FileInfo(countFile).Length : 0, 0);
        await CheckSlotsAsync(report, door, blockers, countFile);
    }

    private static async Task<Socket> QueueUpAsync(BenchFrontDoor door)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(door.EndPoint);
        await socket.SendAsync(Counted);
        return socket;
    }

    private static async Task CheckSlotsAsync(Report report, BenchFrontDoor door, Clients clients, string countFile)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => clients.SendAsync(Counted)));
        report.Exactly("of 1000 requests afterwards answered", answers.Count(static answer => answer.IsGood), 1000);
        report.Exactly("and counted in the workers", new FileInfo(countFile).Length, 1000);
        var state = await door.StateAsync();
        report.Exactly("slots afterwards", state.Slots, Slots);
        report.Exactly("busy afterwards", state.BusySlots, 0);
    }
}
