using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>One workload of an open loop over all servers in turn. Who is not answered counts as one who waited for as long as people do.</summary>
internal sealed class OpenBout(Workload workload, OpenLoad load, RivalsOptions options, Report report)
{
    private const int RoundsAtMost = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowOnesFirst = TimeSpan.FromSeconds(4);

    /// <summary>One standing per server, in their order; the first one is ours.</summary>
    public async Task<IReadOnlyList<Standing>> RunAsync(IReadOnlyList<RunningServer> servers)
    {
        var rounds = Math.Min(options.Rounds, RoundsAtMost);
        report.Note($"{workload.Name}: {rounds} rounds over {servers.Count} servers ...");
        var samples = servers.Select(static _ => new List<Sample>()).ToList();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var turn in Enumerable.Range(0, servers.Count).Select(turn => (turn + round) % servers.Count))
            {
                samples[turn].AddRange(await MeasureAsync(servers[turn]));
            }
        }

        var ours = P99(samples[0]);
        return [.. servers.Select((server, index) => StandingOf(options.Rivals[index].Name, server, samples[index], ours))];
    }

    private async Task<IReadOnlyList<Sample>> MeasureAsync(RunningServer server)
    {
        using var end = new CancellationTokenSource();
        var slow = Enumerable.Range(0, load.SlowClients)
            .SelectMany(_ => new[] { new SlowSender(server.EndPoint).RunAsync(end.Token), new SlowReader(server.EndPoint).RunAsync(end.Token) }).ToArray();
        if (slow.Length > 0)
        {
            await Task.Delay(SlowOnesFirst, TimeProvider.System);
        }

        using var clients = new Clients(server.EndPoint, Patience);
        var samples = await OpenLoop.RunAsync(load.PerSecond, options.Round * 3, number => clients.SendAsync(load.Request(number)));
        await end.CancelAsync();
        await Task.WhenAll(slow);
        return samples;
    }

    private Standing StandingOf(string name, RunningServer server, List<Sample> samples, double ours)
    {
        var failed = samples.Count(static sample => !sample.Answer.IsGood);
        return new Standing(name, [load.PerSecond * (samples.Count - failed) / samples.Count], [P99(samples) / ours], 0, failed, server.Megabytes())
        {
            Median = Latency(samples, 0.5),
            P99 = P99(samples),
        };
    }

    private static double P99(IReadOnlyList<Sample> samples) => Latency(samples, 0.99);

    private static double Latency(IReadOnlyList<Sample> samples, double share) =>
        Percentile.Of(samples.Select(static sample => (sample.Answer.IsGood ? sample.Latency : Patience).TotalMilliseconds), share);
}
