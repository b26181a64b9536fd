using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>What one server did under one workload.</summary>
/// <param name="Rates">Successful answers per second, one per round.</param>
/// <param name="Ratios">Our rate / this one's, within each round.</param>
/// <param name="Broken">Connections closed with a request on them, or timed out.</param>
/// <param name="Refused">Answers without success.</param>
/// <param name="Megabytes">Memory of all its processes (PSS) after the load.</param>
internal sealed record Standing(string Server, IReadOnlyList<double> Rates, IReadOnlyList<double> Ratios, int Broken, int Refused, double Megabytes)
{
    public double Rate => Percentile.Median(Rates);

    public double Ratio => Percentile.Median(Ratios);

    /// <summary>Milliseconds of an open loop; null: not measured.</summary>
    public double? Median { get; init; }

    public double? P99 { get; init; }
}
