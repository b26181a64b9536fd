using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>
/// Servers on one noisy machine: short rounds in turn, the ratio within each round, the median of the ratios. The order turns round by round.
/// </summary>
internal static class Duel
{
    private const int Connections = 64;

    /// <summary>For each rival the median of the first one's rate / the rival's.</summary>
    public static async Task<double[]> RunAsync(Report report, Contestant[] servers, int rounds, TimeSpan warmUp, TimeSpan round)
    {
        foreach (var server in servers)
        {
            await Wrk.RunAsync(server.Address, Connections, warmUp);
        }

        var rates = servers.Select(_ => new double[rounds]).ToArray();
        var broken = new int[servers.Length];
        var costs = servers.Select(_ => new double[rounds]).ToArray();
        var loads = servers.Select(_ => new double[rounds]).ToArray();
        for (var number = 0; number < rounds; number++)
        {
            for (var turn = 0; turn < servers.Length; turn++)
            {
                var server = (number + turn) % servers.Length;
                var (before, machineBefore) = (ProcessFigures.CpuTime(servers[server].Pid), ProcessFigures.MachineTime());
                var result = await Wrk.RunAsync(servers[server].Address, Connections, round);
                rates[server][number] = result.PerSecond;
                broken[server] += result.BrokenConnections;
                loads[server][number] = (ProcessFigures.MachineTime() - machineBefore).TotalMicroseconds / (result.PerSecond * round.TotalSeconds);
                costs[server][number] = (ProcessFigures.CpuTime(servers[server].Pid) - before).TotalMicroseconds / (rates[server][number] * round.TotalSeconds);
            }
        }

        for (var server = 0; server < servers.Length; server++)
        {
            report.Note($"{servers[server].Name,-20} median {Percentile.Median(rates[server]),6:0}/s, {Percentile.Median(costs[server]):0.0} us CPU of its own and {Percentile.Median(loads[server]):0} of the machine's per request, {ProcessFigures.ResidentMegabytes(servers[server].Pid):0} MB, {broken[server]} connections broken; {string.Join(' ', rates[server].Select(static rate => $"{rate:0}"))}");
        }

        report.Exactly("connections that we broke", broken[0], 0);
        return rates.Skip(1).Select(rival => Percentile.Median(rates[0].Zip(rival, static (ours, theirs) => ours / theirs))).ToArray();
    }
}
