using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>While all slots are held, a waiter is refused when it has waited MaxWait: neither sooner nor noticeably later.</summary>
internal static class QueueWait
{
    private const int Slots = 8;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Report report)
    {
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = BenchFrontDoor.Apps,
            Wsgi = "bench:application",
            Processes = 2,
            Threads = 4,
            Queue = new { Limit = 1000, MaxWait = "1s" },
        });
        using var clients = new Clients(door.EndPoint);
        var blocking = Enumerable.Range(0, Slots).Select(_ => clients.SendAsync(BenchFrontDoor.Get("/sleep?ms=9000"))).ToArray();
        await door.WaitUntilAsync(static state => state.BusySlots == Slots, TimeSpan.FromSeconds(10));
        var samples = await OpenLoop.RunAsync(200, TimeSpan.FromSeconds(6), _ => clients.SendAsync(BenchFrontDoor.Get("/hello")));
        var errors = samples.Select(static sample => (sample.Latency - sample.SendLag - MaxWait).TotalMilliseconds).ToArray();
        report.Exactly("waiters refused with 503", samples.Count(static sample => sample.Answer.Status == 503), samples.Count);
        report.AtLeast("earliest refusal, from MaxWait", errors.Min(), -1, "ms");
        report.AtMost("p50 lateness of the refusal", Percentile.Median(errors), 5, "ms");
        report.AtMost("p99", Percentile.Of(errors, 0.99), 50, "ms");
        report.Note($"latest {errors.Max():0.0} ms, of {errors.Length}; seen by a client on the same two cores");
        report.Exactly("blockers answered", (await Task.WhenAll(blocking)).Count(static answer => answer.IsGood), Slots);
    }
}
