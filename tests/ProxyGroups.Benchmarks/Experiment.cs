namespace ProxyGroups.Benchmarks;

/// <summary>One command of this program.</summary>
/// <param name="Name">The command.</param>
/// <param name="Shows">What it shows, in one line.</param>
/// <param name="Run">Does it, and writes its figures and targets into the report.</param>
internal sealed record Experiment(string Name, string Shows, Func<Report, Task> Run);
