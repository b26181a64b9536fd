using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Hosting;

/// <summary>
/// Gives YARP our routes and clusters, and reads settings only when YARP asks: the settings themselves are checked against
/// the clusters of all providers, so listing those must not need the settings yet.
/// </summary>
internal sealed class GroupsConfigProvider(IServiceProvider services) : IProxyConfigProvider
{
    public IProxyConfig GetConfig() => services.GetRequiredService<SettingsProxyConfigProvider>().GetConfig();
}
