using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Slow clients hold no slot, so normal ones do not notice them.</summary>
internal static class SlowClients
{
    private const int SlowOfEachKind = 200;
    private const double PerSecond = 200;
    private static readonly ReadOnlyMemory<byte> Request = BenchFrontDoor.Get("/sleep?ms=5");

    public static async Task RunAsync(Report report)
    {
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = BenchFrontDoor.Apps,
            Wsgi = "bench:application",
            Processes = 2,
            Threads = 4,
        });
        using var clients = new Clients(door.EndPoint);
        var duration = report.Duration(8, 20);
        await OpenLoop.RunAsync(PerSecond, TimeSpan.FromSeconds(5), _ => clients.SendAsync(Request));
        var before = await OpenLoop.RunAsync(PerSecond, duration, _ => clients.SendAsync(Request));
        var beside = await RunBesideSlowOnesAsync(report, door, clients, duration);
        var after = await OpenLoop.RunAsync(PerSecond, duration, _ => clients.SendAsync(Request));
        Write(report, [.. before, .. after], beside);
        await door.WaitUntilAsync(static state => state.IsIdle, TimeSpan.FromSeconds(20));
    }

    private static async Task<IReadOnlyList<Sample>> RunBesideSlowOnesAsync(Report report, BenchFrontDoor door, Clients clients, TimeSpan duration)
    {
        var senders = Enumerable.Range(0, SlowOfEachKind).Select(_ => new SlowSender(door.EndPoint)).ToArray();
        var readers = Enumerable.Range(0, SlowOfEachKind).Select(_ => new SlowReader(door.EndPoint)).ToArray();
        using var end = new CancellationTokenSource();
        var slow = senders.Select(sender => sender.RunAsync(end.Token)).Concat(readers.Select(reader => reader.RunAsync(end.Token))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        var state = await door.StateAsync();
        report.Note($"with {SlowOfEachKind} slow senders and {SlowOfEachKind} slow readers alone: {state.BusySlots} slots busy, {state.Queued} queued, front door {ProcessFigures.ResidentMegabytes(door.Pid):0} MB");
        var samples = await OpenLoop.RunAsync(PerSecond, duration, _ => clients.SendAsync(Request));
        await end.CancelAsync();
        await Task.WhenAll(slow);
        report.Note($"slow senders cut off {senders.Sum(static sender => sender.TimesCutOff)} times (408); slow readers cut off {readers.Sum(static reader => reader.TimesCutOff)} times, read {readers.Sum(static reader => reader.BytesRead) / 1000} kB");
        return samples;
    }

    private static void Write(Report report, IReadOnlyList<Sample> without, IReadOnlyList<Sample> beside)
    {
        report.Note($"normal clients without: p50 {Percentile.Milliseconds(without, 0.5):0.0} ms, p99 {Percentile.Milliseconds(without, 0.99):0.0} ms; beside slow ones: p50 {Percentile.Milliseconds(beside, 0.5):0.0} ms, p99 {Percentile.Milliseconds(beside, 0.99):0.0} ms");
        report.AtMost("p99 beside slow clients, times that without", Percentile.Milliseconds(beside, 0.99) / Percentile.Milliseconds(without, 0.99), 2, string.Empty);
        report.Exactly("normal requests not answered with 200", without.Concat(beside).Count(static sample => !sample.Answer.IsGood), 0);
    }
}
