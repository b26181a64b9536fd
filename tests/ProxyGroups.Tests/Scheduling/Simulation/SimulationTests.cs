using System.Globalization;
using Xunit;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>
/// Random operations on the real scheduler and on a plain model of it. A run has a new seed each time; a failure prints
/// it, and PROXYGROUPS_SEED runs that episode again. PROXYGROUPS_LONG=1: ten times the operations.
/// </summary>
public sealed class SimulationTests
{
    private const int OperationsPerEpisode = 20_000;
    private const int Operations = 1_000_000;

    [Fact]
    public void The_scheduler_does_what_its_model_does()
    {
        if (Environment.GetEnvironmentVariable("PROXYGROUPS_SEED") is { Length: > 0 } seed)
        {
            Run(int.Parse(seed, CultureInfo.InvariantCulture));
            return;
        }

        int first = Random.Shared.Next();
        int rounds = Environment.GetEnvironmentVariable("PROXYGROUPS_LONG") == "1" ? 10 : 1;
        TestContext.Current.SendDiagnosticMessage("simulation from seed {0}", first);
        for (int i = 0; i < rounds * Operations / OperationsPerEpisode; i++)
        {
            Run(unchecked(first + i));
        }
    }

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
