using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;

namespace ProxyGroups.Groups;

/// <summary>What a generation of workers is built from.</summary>
internal sealed record GroupBlueprint(ProcessGroupSettings Settings, IRuntime Runtime)
{
    /// <summary>A worker started from either is the same, so that going over needs no restart.</summary>
    public bool StartsTheSameAs(GroupBlueprint other)
    {
        var withThreads = Runtime.SizesByThreads || other.Runtime.SizesByThreads;
        return Settings.OfWorkers(withThreads) == other.Settings.OfWorkers(withThreads);
    }
}
