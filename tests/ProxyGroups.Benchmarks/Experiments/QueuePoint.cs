namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>One run of <see cref="QueueTheory"/>; waits are the 99th percentile in milliseconds.</summary>
/// <param name="Servers">Slots.</param>
/// <param name="Variation">Squared coefficient of variation of the service times.</param>
/// <param name="Load">Share of the slots that was held on average.</param>
/// <param name="Measured">By the front door.</param>
/// <param name="Perfect">In a perfect queue.</param>
internal sealed record QueuePoint(int Servers, int Variation, double Load, double Measured, double Perfect);
