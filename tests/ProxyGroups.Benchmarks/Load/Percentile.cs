namespace ProxyGroups.Benchmarks.Load;

/// <summary>Order statistics.</summary>
internal static class Percentile
{
    /// <summary>The smallest value that at least this share of all are not above; NaN of none.</summary>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static double Median(IEnumerable<double> values) => Of(values, 0.5);

    public static double Milliseconds(IEnumerable<Sample> samples, double share) =>
        Of(samples.Select(static sample => sample.Latency.TotalMilliseconds), share);
}
