using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision.Linux;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Hosting;

/// <summary>Joins what settings are held against: YARP's validator, other providers' clusters, this machine, the apps themselves.</summary>
internal static class SettingsSourcesFactory
{
    public static SettingsSources Create(IServiceProvider services, IConfiguration configuration, ProxyGroupsOptions code)
    {
        var contentRoot = services.GetRequiredService<IHostEnvironment>().ContentRootPath;
        return new SettingsSources
        {
            Configuration = configuration,
            Code = code,
            RouteValidator = services.GetService<IConfigValidator>,
            ForeignClusters = () => services.GetServices<IProxyConfigProvider>()
                .Where(static provider => provider is not GroupsConfigProvider)
                .SelectMany(static provider => provider.GetConfig().Clusters)
                .Select(static cluster => cluster.ClusterId),
            MachineChecks = settings => [.. Check(settings, contentRoot), .. AdminEndpoint.Check(settings, configuration, contentRoot)],
            MachineWarnings = settings =>
            [
                .. MachineChecks.Warn(settings, FactsOf(settings, contentRoot)),
                .. settings.Enabled ? PreloadValidator.Warn(settings) : [],
                .. settings.Enabled ? SharedModules.Warn(settings, new RuntimeHost(contentRoot, PythonPackage.Source)) : [],
            ],
        };
    }

    /// <summary>Everything about settings that only this machine can tell.</summary>
    public static IReadOnlyList<SettingsError> Check(ProxyGroupsSettings settings, string contentRoot)
    {
        var errors = MachineChecks.Check(settings, FactsOf(settings, contentRoot)).ToList();
        var ofApps = new List<SettingsError>();
        if (settings.Enabled)
        {
            RuntimePlan.Create(settings, new RuntimeHost(contentRoot, PythonPackage.Source), ofApps);
        }

        // Both look at the app's directory; one says it.
        return [.. errors, .. ofApps.Where(error => !errors.Exists(other => other.Path == error.Path))];
    }

    private static MachineFacts FactsOf(ProxyGroupsSettings settings, string contentRoot) => MachineFacts.Read(contentRoot) with
    {
        MaySetUmask = !OperatingSystem.IsLinux() || SpawnThread.HasOwnUmask,
        Cgroup = OperatingSystem.IsLinux() ? CgroupHome.Find(settings.Cgroup) : CgroupFacts.None,
    };
}
