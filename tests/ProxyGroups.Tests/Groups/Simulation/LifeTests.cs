namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>
/// Whole lives of groups under faults: crashes, hangs, slow starts, ignored stops, processes that cannot be had, preparations that
/// fail, clocks that jump, demand, caps, settings and generations that change. A failure prints its seed and what happened last.
/// </summary>
public sealed class LifeTests
{
    [Fact]
    public void Whatever_happens_the_invariants_hold_and_every_group_comes_to_what_it_should_be() => SeededRuns.Do(runs: 40, runsIfLong: 2000, Live);

    private static void Live(int seed)
    {
        using var life = new Life(seed);
        try
        {
            life.Run();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"PROXYGROUPS_SEED={seed}, after {life.Now}:\n{life.Story}\n{life.States}", exception);
        }
    }
}
