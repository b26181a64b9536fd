namespace ProxyGroups.Telemetry;

/// <summary>How times are sorted by size, for whoever collects metrics and for the status alike.</summary>
internal static class DurationBuckets
{
    /// <summary>Upper bounds in seconds, which belong to their bucket; above the last one there is one bucket more.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
}
