namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Figures of <see cref="Scale"/>.</summary>
/// <param name="Groups">Process groups, of which one has workers.</param>
/// <param name="Workers">Of that one.</param>
/// <param name="Start">Until the front door listens; the median of three.</param>
/// <param name="Megabytes">Resident memory of the front door.</param>
/// <param name="Latency">Median of a request, milliseconds.</param>
/// <param name="Reload">From the changed settings file until the change has taken effect.</param>
/// <param name="Death">CPU of the front door until a killed worker has its successor, milliseconds.</param>
internal sealed record ScalePoint(int Groups, int Workers, TimeSpan Start, double Megabytes, double Latency, TimeSpan Reload, double Death);
