using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>
/// What one snapshot tells YARP: its routes and clusters, and one cluster without destinations for each process group
/// that serves, whose workers are chosen per request.
/// </summary>
internal sealed class SettingsProxyConfig : IProxyConfig, IDisposable
{
    private readonly CancellationTokenSource _replaced = new();

    public SettingsProxyConfig(SettingsSnapshot snapshot)
    {
        Snapshot = snapshot;
        Clusters = [.. snapshot.Clusters, .. snapshot.Settings.ProcessGroups.Where(static group => group.Value.Serves).Select(static group => new ClusterConfig { ClusterId = group.Key })];
        ChangeToken = new CancellationChangeToken(_replaced.Token);
        RevisionId = $"ProxyGroups-{snapshot.Revision}";
    }

    public SettingsSnapshot Snapshot { get; }

    public IReadOnlyList<RouteConfig> Routes => Snapshot.Routes;

    public IReadOnlyList<ClusterConfig> Clusters { get; }

    public IChangeToken ChangeToken { get; }

    public string RevisionId { get; }

    /// <summary>Tells YARP that this is replaced; called after the successor can be seen.</summary>
    public void Dispose()
    {
        _replaced.Cancel();
        _replaced.Dispose();
    }
}
