namespace ProxyGroups.Benchmarks.Kit;

/// <summary>An app whose workers' memory is measured.</summary>
/// <param name="Settings">Of its process group, but for those that say how many workers and from what.</param>
/// <param name="Pages">What is asked for, in turn.</param>
internal sealed record SharedApp(object Settings, IReadOnlyList<string> Pages);
