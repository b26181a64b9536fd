using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Hosting;
using Yarp.ReverseProxy;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds process groups to any ASP.NET Core app.</summary>
public static class ProxyGroupsServiceCollectionExtensions
{
    /// <summary>Adds the process groups and routes of the app's own configuration (sections <c>ProxyGroups</c> and <c>ReverseProxy</c>).</summary>
    /// <param name="builder">The app's builder.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddProxyGroups(this IHostApplicationBuilder builder) => builder.AddProxyGroups(static _ => { });

    /// <inheritdoc cref="AddProxyGroups(IHostApplicationBuilder)"/>
    /// <param name="builder">The app's builder.</param>
    /// <param name="configure">Groups and routes in code; they win over the configuration.</param>
    public static IHostApplicationBuilder AddProxyGroups(this IHostApplicationBuilder builder, Action<ProxyGroupsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddProxyGroups(builder.Configuration, configure);
        return builder;
    }

    /// <summary>Adds the process groups and routes of <paramref name="configuration"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configuration">The root that holds the sections <c>ProxyGroups</c> and <c>ReverseProxy</c>.</param>
    /// <param name="configure">Groups and routes in code; they win over the configuration.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static IServiceCollection AddProxyGroups(
        this IServiceCollection services, IConfiguration configuration, Action<ProxyGroupsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(static service => service.ServiceType == typeof(ProcessGroupRegistry)))
        {
            throw new InvalidOperationException("AddProxyGroups was called twice. Call it once; give all groups to that call.");
        }

        if (!services.Any(static service => service.ServiceType == typeof(IProxyStateLookup)))
        {
            services.AddReverseProxy();
        }

        return services.AddGroups(configuration, configure);
    }

    /// <summary>Adds process groups beside the clusters of an app that has YARP already.</summary>
    /// <param name="builder">What AddReverseProxy returned.</param>
    /// <param name="configuration">The root that holds the section <c>ProxyGroups</c>.</param>
    /// <param name="configure">Groups and routes in code; they win over the configuration.</param>
    /// <returns>The same builder.</returns>
    public static IReverseProxyBuilder AddProxyGroups(
        this IReverseProxyBuilder builder, IConfiguration configuration, Action<ProxyGroupsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddProxyGroups(configuration, configure);
        return builder;
    }
}
