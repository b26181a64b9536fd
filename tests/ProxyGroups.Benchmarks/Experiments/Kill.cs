using System.Diagnostics;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>kill -9 of random workers under load. Only an answer whose first byte the client had may be lost, and it must break visibly.</summary>
internal static class Kill
{
    private const double PerSecond = 500;
    private const int KillsPerMinute = 50;

    private static readonly ReadOnlyMemory<byte>[] Requests =
    [
        BenchFrontDoor.Get("/hello"), BenchFrontDoor.Get("/sleep?ms=10"), BenchFrontDoor.Get("/hello"), BenchFrontDoor.Get("/pieces?ms=10"),
    ];

    public static async Task RunAsync(Report report)
    {
        var duration = report.Duration(12);
        var kills = (int)Math.Round(KillsPerMinute * duration.TotalMinutes);
        await using var door = await BenchFrontDoor.StartAsync(new
        {
            Directory = BenchFrontDoor.Apps,
            Wsgi = "bench:application",
            Processes = 2,
            Threads = 4,
            Queue = new { Limit = 5000 },
        });
        using var clients = new Clients(door.EndPoint);
        var killing = KillAsync(door, kills, duration);
        var samples = await OpenLoop.RunAsync(PerSecond, duration, number => clients.SendAsync(Requests[number % Requests.Length]));
        var killed = await killing;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Write(report, samples, killed, kills, await door.StateAsync());
    }

    /// <summary>Kills ready workers at random, one after the other.</summary>
    public static async Task<int> KillAsync(BenchFrontDoor door, int kills, TimeSpan duration)
    {
        var killed = 0;
        for (; killed < kills; killed++)
        {
            await Task.Delay(duration / (kills + 1), TimeProvider.System);
            var state = await door.StateAsync();
            while (!state.Workers.Any(static worker => worker.State == "ready"))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
                state = await door.StateAsync();
            }

            var ready = state.Workers.Where(static worker => worker.State == "ready").ToArray();
            using var victim = Process.GetProcessById(ready[System.Security.Cryptography.RandomNumberGenerator.GetInt32(ready.Length)].Pid);
            victim.Kill();
        }

        return killed;
    }

    private static void Write(Report report, IReadOnlyList<Sample> samples, int killed, int kills, GroupState after)
    {
        report.Exactly("workers killed", killed, kills);
        report.Note($"requests: {samples.Count}, good: {samples.Count(static sample => sample.Answer.IsGood)}");
        report.Note($"cut off visibly after their first byte: {samples.Count(static sample => sample.Answer is { Status: 0, HasBegun: true })}");
        report.Exactly("lost in any other way", samples.Count(static sample => sample.Answer is not ({ Status: 200 } or { Status: 0, HasBegun: true })), 0);
        foreach (var group in samples.Where(static sample => !sample.Answer.IsGood).GroupBy(static sample => sample.Answer))
        {
            report.Note($"  {group.Key}: {group.Count()}");
        }

        report.Exactly("slots busy afterwards", after.BusySlots, 0);
        report.Exactly("slots afterwards", after.Slots, 8);
        report.Note($"latency p50 {Percentile.Milliseconds(samples, 0.5):0.0} ms, p99 {Percentile.Milliseconds(samples, 0.99):0.0} ms, highest {Percentile.Milliseconds(samples, 1):0} ms; send lag p99 {Percentile.Of(samples.Select(static sample => sample.SendLag.TotalMilliseconds), 0.99):0.0} ms");
    }
}
