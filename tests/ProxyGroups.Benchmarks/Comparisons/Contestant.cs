namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>A server in a <see cref="Duel"/>.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Address">What is asked for.</param>
/// <param name="Pid">The process that takes the connections; its CPU is counted, that of its children is not.</param>
internal sealed record Contestant(string Name, Uri Address, int Pid);
