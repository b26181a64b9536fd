namespace ProxyGroups.Benchmarks.Load;

/// <param name="PerSecond">Requests that were answered with success.</param>
/// <param name="BrokenConnections">Connections that the server closed with a request on them, or that timed out.</param>
/// <param name="Refused">Requests that were answered, but not with success.</param>
internal readonly record struct WrkResult(double PerSecond, int BrokenConnections, int Refused);
