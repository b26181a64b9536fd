namespace ProxyGroups.Benchmarks.Load;

#pragma warning disable CA5394 // Nothing to guess here.

/// <summary>Times that requests are served for, from a fixed seed.</summary>
internal static class ServiceTimes
{
    private const int Seed = 20261126;

    /// <summary>Exponential for a squared coefficient of variation of 1, above it of two exponential phases with balanced means.</summary>
    public static IEnumerable<TimeSpan> Random(TimeSpan mean, double squaredVariation)
    {
        // Kleinrock, Queueing Systems I, section 4.7: each phase carries half of the work.
        var share = (1 + Math.Sqrt((squaredVariation - 1) / (squaredVariation + 1))) / 2;
        var random = new Random(Seed);
        while (true)
        {
            var phase = random.NextDouble() < share ? share : 1 - share;
            yield return mean * (-Math.Log(1 - random.NextDouble()) / (2 * phase));
        }
    }

    /// <summary>Mostly short, a share of them long.</summary>
    public static IEnumerable<TimeSpan> Bimodal(TimeSpan shorter, TimeSpan longer, double shareOfLonger)
    {
        var random = new Random(Seed);
        while (true)
        {
            yield return random.NextDouble() < shareOfLonger ? longer : shorter;
        }
    }
}
