using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>
/// Servers on one noisy machine: short rounds in turn, the ratio within each round, the median of the ratios. The order turns round by round.
/// </summary>
internal static class Duel
{
    private const int Connections = 64;

    /// <summary>For each rival the median of the first one's rate / the rival's.</summary>
    public static async Task<double[]> RunAsync(Report report, (string Name, Uri Address)[] servers, int rounds, TimeSpan warmUp, TimeSpan round)
    {
        foreach (var (_, address) in servers)
        {
            await Wrk.RequestsPerSecondAsync(address, Connections, warmUp);
        }

        var rates = servers.Select(_ => new double[rounds]).ToArray();
        for (var number = 0; number < rounds; number++)
        {
            for (var turn = 0; turn < servers.Length; turn++)
            {
                var server = (number + turn) % servers.Length;
                rates[server][number] = await Wrk.RequestsPerSecondAsync(servers[server].Address, Connections, round);
            }
        }

        for (var server = 0; server < servers.Length; server++)
        {
            report.Note($"{servers[server].Name,-20} median {Percentile.Median(rates[server]),6:0}/s of {string.Join(' ', rates[server].Select(static rate => $"{rate:0}"))}");
        }

        return rates.Skip(1).Select(rival => Percentile.Median(rates[0].Zip(rival, static (ours, theirs) => ours / theirs))).ToArray();
    }
}
