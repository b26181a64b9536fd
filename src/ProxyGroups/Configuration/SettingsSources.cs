using Microsoft.Extensions.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>Where settings come from, and who else may object to them.</summary>
internal sealed record SettingsSources
{
    /// <summary>The root with its layers (an <see cref="IConfigurationRoot"/>); of anything else only the merged result is seen.</summary>
    public required IConfiguration Configuration { get; init; }

    public ProxyGroupsOptions Code { get; init; } = new();

    /// <summary>YARP's validator; asked for at each load, because it belongs to a container that is built later. Null: none.</summary>
    public Func<IConfigValidator?> RouteValidator { get; init; } = () => null;

    /// <summary>Ids of clusters that other providers give YARP.</summary>
    public Func<IEnumerable<string>> ForeignClusters { get; init; } = () => [];

    /// <summary>What this machine cannot honour; see <see cref="Configuration.MachineChecks"/>.</summary>
    public Func<ProxyGroupsSettings, IReadOnlyList<SettingsError>> MachineChecks { get; init; } = _ => [];

    /// <summary>What is allowed on this machine but seldom meant.</summary>
    public Func<ProxyGroupsSettings, IReadOnlyList<SettingsError>> MachineWarnings { get; init; } = _ => [];
}
