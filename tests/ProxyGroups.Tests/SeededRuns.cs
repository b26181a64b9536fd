using System.Globalization;

namespace ProxyGroups.Tests;

/// <summary>
/// Runs of a simulation, each with a seed of its own, new ones each time: PROXYGROUPS_SEED=n does run n alone, PROXYGROUPS_LONG=1
/// does more of them. Who fails says the seed.
/// </summary>
internal static class SeededRuns
{
    public static void Do(int runs, int runsIfLong, Action<int> run)
    {
        if (Environment.GetEnvironmentVariable("PROXYGROUPS_SEED") is { Length: > 0 } seed)
        {
            run(int.Parse(seed, CultureInfo.InvariantCulture));
            return;
        }

        var first = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage("simulation from seed {0}", first);
        for (var i = 0; i < (Environment.GetEnvironmentVariable("PROXYGROUPS_LONG") == "1" ? runsIfLong : runs); i++)
        {
            run(unchecked(first + i));
        }
    }
}
