using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>
/// Two servers on one noisy machine: rounds in turn, the ratio of each round, the median of the ratios. Who begins a round changes from round to round.
/// </summary>
internal static class Duel
{
    private const int Connections = 64;

    /// <summary>The median of ours / theirs.</summary>
    public static async Task<double> RunAsync(Report report, Uri ours, Uri theirs, int rounds, TimeSpan warmUp, TimeSpan round)
    {
        await Wrk.RequestsPerSecondAsync(ours, Connections, warmUp);
        await Wrk.RequestsPerSecondAsync(theirs, Connections, warmUp);
        var results = new List<(double Ours, double Theirs)>();
        for (var number = 0; number < rounds; number++)
        {
            results.Add(number % 2 == 0 ? await RoundAsync(ours, theirs, round) : Swap(await RoundAsync(theirs, ours, round)));
        }

        report.Note($"ours   {string.Join("  ", results.Select(static result => $"{result.Ours,7:0}"))}  requests/s");
        report.Note($"theirs {string.Join("  ", results.Select(static result => $"{result.Theirs,7:0}"))}  requests/s");
        return Percentile.Median(results.Select(static result => result.Ours / result.Theirs));
    }

    private static async Task<(double First, double Second)> RoundAsync(Uri first, Uri second, TimeSpan round) =>
        (await Wrk.RequestsPerSecondAsync(first, Connections, round), await Wrk.RequestsPerSecondAsync(second, Connections, round));

    private static (double Ours, double Theirs) Swap((double Theirs, double Ours) result) => (result.Ours, result.Theirs);
}
