using Xunit;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>Random operations on the real scheduler and on a plain model of it. A failure prints the seed of its episode.</summary>
public sealed class SimulationTests
{
    private const int OperationsPerEpisode = 20_000;
    private const int Operations = 1_000_000;
    private const int OperationsIfLong = 10_000_000;

    [Fact]
    public void The_scheduler_does_what_its_model_does() => SeededRuns.Do(Operations / OperationsPerEpisode, OperationsIfLong / OperationsPerEpisode, Run);

    private static void Run(int seed)
    {
        using var episode = new Episode(seed);
        try
        {
            episode.Run(OperationsPerEpisode);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"PROXYGROUPS_SEED={seed}, at: {episode.LastOperation}", exception);
        }
    }
}
