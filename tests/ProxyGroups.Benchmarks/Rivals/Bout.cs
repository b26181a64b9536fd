using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>
/// One workload over all servers, which run side by side and are idle but for the one whose turn it is. Short rounds in turn, in another order each time, so that the machine's moods meet all alike.
/// </summary>
internal sealed class Bout(Workload workload, RivalsOptions options, Report report)
{
    /// <summary>One standing per server, in their order; the first one is ours.</summary>
    public async Task<IReadOnlyList<Standing>> RunAsync(IReadOnlyList<RunningServer> servers)
    {
        report.Note($"{workload.Name}: {options.Rounds} rounds over {servers.Count} servers ...");
        foreach (var server in servers)
        {
            await LoadAsync(server, options.Round);
        }

        var results = servers.Select(static _ => new List<WrkResult>()).ToList();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var turn in Enumerable.Range(0, servers.Count).Select(turn => (turn + round) % servers.Count))
            {
                results[turn].Add(await LoadAsync(servers[turn], options.Round));
            }
        }

        var standings = servers.Select((server, index) => StandingOf(options.Rivals[index].Name, server, results[index], results[0])).ToList();
        return workload.HasLatency ? await WithLatencyAsync(standings, servers) : standings;
    }

    private Task<WrkResult> LoadAsync(RunningServer server, TimeSpan duration) =>
        Wrk.MeasureAsync(server.Address, workload.Connections, duration, [.. workload.Arguments.Select(InApps)]);

    // A script of wrk lies beside the apps.
    private static string InApps(string argument) => argument.EndsWith(".lua", StringComparison.Ordinal) ? Path.Combine(BenchFrontDoor.Apps, argument) : argument;

    private static Standing StandingOf(string name, RunningServer server, List<WrkResult> results, List<WrkResult> ours) => new(
        name,
        [.. results.Select(static result => result.PerSecond)],
        [.. ours.Zip(results, static (we, they) => we.PerSecond / they.PerSecond)],
        results.Sum(static result => result.BrokenConnections),
        results.Sum(static result => result.Refused),
        server.Megabytes());

    // At half of what the slowest can do, so that no figure is that of an overload.
    private async Task<IReadOnlyList<Standing>> WithLatencyAsync(List<Standing> standings, IReadOnlyList<RunningServer> servers)
    {
        var rate = standings.Min(static standing => standing.Rate) / 2;
        var request = BenchFrontDoor.Get("/");
        for (var index = 0; index < servers.Count; index++)
        {
            using var clients = new Clients(servers[index].EndPoint);
            var samples = await OpenLoop.RunAsync(rate, options.Round * 3, _ => clients.SendAsync(request));
            var good = samples.Where(static sample => sample.Answer.IsGood).ToList();
            standings[index] = standings[index] with { Median = Percentile.Milliseconds(good, 0.5), P99 = Percentile.Milliseconds(good, 0.99) };
        }

        return standings;
    }
}
