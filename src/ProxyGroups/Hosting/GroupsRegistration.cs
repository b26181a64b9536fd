using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProxyGroups.Admin;
using ProxyGroups.Admin.Api;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Proxying;
using ProxyGroups.Proxying.Access;
using ProxyGroups.Proxying.Transport;
using ProxyGroups.Supervision;
using ProxyGroups.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ProxyGroups.Hosting;

/// <summary>All services of the library, in the order of the rooms.</summary>
internal static class GroupsRegistration
{
    /// <summary>Bytes of answers that are held for slow clients, in all; beyond them answers stream and hold their slot.</summary>
    private const long HeldResponseBudget = 64L << 20;

    public static IServiceCollection AddGroups(this IServiceCollection services, IConfiguration configuration, Action<ProxyGroupsOptions>? configure)
    {
        LiveLayer.AddTo(configuration);
        var code = new ProxyGroupsOptions();
        configure?.Invoke(code);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ProxyGroupsMeter>();
        services.AddSingleton(provider => new SettingsStore(
            SettingsSourcesFactory.Create(provider, configuration, code),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SettingsStore>>()));
        services.AddSingleton<SettingsProxyConfigProvider>();
        services.AddSingleton<IProxyConfigProvider, GroupsConfigProvider>();

        services.AddSingleton<History>();
        services.AddSingleton<KeptLines>();
        services.AddSingleton<ProcessGroupRegistry>();
        services.AddSingleton<IWorkerConnector, TransportConnector>();
        services.AddSingleton<GroupCommands>();
        services.AddSingleton<IProcessGroups>(static provider => provider.GetRequiredService<GroupCommands>());
        services.AddSingleton(new HeldResponses(HeldResponseBudget));

        services.AddSingleton<ITransformProvider, GroupTransformProvider>();
        services.AddSingleton<FailureAnswer>();
        services.AddSingleton<AccessLog>();
        services.AddHostedService(static provider => provider.GetRequiredService<AccessLog>());
        services.AddSingleton<DirectRoutes>();
        services.AddSingleton<ForwardingServices>();
        services.AddSingleton<GroupForwarder>();

        services.AddTransient(static provider => new ProcessGroupsPlan(
            provider.GetRequiredService<SettingsStore>(), provider.GetRequiredService<IHostEnvironment>()));
        services.AddSingleton<AdminAccess>();
        services.AddSingleton<StatusAnswers>();
        services.AddSingleton<CommandAnswers>();
        services.AddSingleton<EventAnswers>();
        services.AddSingleton<LineAnswers>();
        services.AddSingleton<ExplainAnswers>();
        services.AddSingleton<AdminApi>();
        services.AddSingleton<AdminServer>();
        services.AddSingleton<ProxyGroupsService>();
        services.AddSingleton(provider => new AdminEndpoint(
            provider.GetRequiredService<SettingsStore>(), provider.GetRequiredService<AdminApi>(), provider.GetRequiredService<IHostEnvironment>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        // Hosted services stop in reverse order.
        services.AddHostedService(static provider => provider.GetRequiredService<AdminEndpoint>());
        services.AddHostedService(static provider => provider.GetRequiredService<AdminServer>());
        services.AddHostedService(static provider => provider.GetRequiredService<ProxyGroupsService>());
        return services;
    }
}
