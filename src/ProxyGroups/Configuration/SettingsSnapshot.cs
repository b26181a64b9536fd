using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>Everything that was read and found valid at one moment; immutable.</summary>
/// <param name="Settings">Completed: defaults that depend on other settings are filled in.</param>
/// <param name="Routes">YARP's routes, from the configuration and from code.</param>
/// <param name="Clusters">The user's own YARP clusters; those of process groups are not among them.</param>
/// <param name="Warnings">What is allowed but seldom meant.</param>
/// <param name="Revision">1 for the first load, then one more with every change.</param>
internal sealed record SettingsSnapshot(
    ProxyGroupsSettings Settings,
    IReadOnlyList<RouteConfig> Routes,
    IReadOnlyList<ClusterConfig> Clusters,
    IReadOnlyList<SettingsError> Warnings,
    long Revision)
{
    /// <summary>Warnings and revision apart.</summary>
    public bool MeansTheSameAs(SettingsSnapshot other) => Settings == other.Settings && ProxiesTheSameAs(other);

    public bool ProxiesTheSameAs(SettingsSnapshot other) =>
        Routes.SequenceEqual(other.Routes) && Clusters.SequenceEqual(other.Clusters)
        && Settings.ProcessGroups.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(other.Settings.ProcessGroups.Keys);
}
