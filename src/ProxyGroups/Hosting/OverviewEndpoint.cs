using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Admin;
using ProxyGroups.Configuration;

namespace ProxyGroups.Hosting;

/// <summary>Serves the overview where the settings ask for it.</summary>
internal static class OverviewEndpoint
{
    public static void MapOverview(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetRequiredService<SettingsStore>().Current.Settings.Overview is { } path)
        {
            var page = ActivatorUtilities.CreateInstance<OverviewPage>(endpoints.ServiceProvider);
            endpoints.MapGet(path, (RequestDelegate)page.WriteAsync);
        }
    }
}
