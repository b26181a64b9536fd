using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>
/// Feeds YARP from the last good settings. A change that touches neither routes nor clusters is kept from YARP, which
/// would rebuild its whole matcher for it.
/// </summary>
internal sealed class SettingsProxyConfigProvider : IProxyConfigProvider, IDisposable
{
    private readonly SettingsStore _store;
    private volatile SettingsProxyConfig _config;

    public SettingsProxyConfigProvider(SettingsStore store)
    {
        _store = store;
        _config = new(store.Current);
        store.Changed += Publish;
    }

    public IProxyConfig GetConfig() => _config;

    public void Dispose() => _store.Changed -= Publish;

    private void Publish(SettingsSnapshot snapshot)
    {
        if (!snapshot.ProxiesTheSameAs(_config.Snapshot))
        {
            var replaced = _config;
            _config = new(snapshot);
            replaced.Dispose();
        }
    }
}
