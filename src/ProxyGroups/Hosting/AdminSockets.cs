using Microsoft.Extensions.Configuration;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Hosting;

/// <summary>Finds the admin sockets of front doors, for programs that see and steer them.</summary>
public static class AdminSockets
{
    /// <summary>Admin sockets of the front doors that run with a content root, where the settings put them or where they lie by default.</summary>
    /// <param name="configuration">The root that holds the section <c>ProxyGroups</c>.</param>
    /// <param name="contentRoot">Content root of the front door.</param>
    /// <returns>Paths of sockets that exist. One that nobody listens at is left of a front door that was killed; two that are listened at belong to two front doors.</returns>
    public static IReadOnlyList<string> Find(IConfiguration configuration, string contentRoot)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentException.ThrowIfNullOrEmpty(contentRoot);
        return RuntimeDirectory.FindAdminSockets(configuration[$"{SettingsReader.Section}:{nameof(ProxyGroupsSettings.RuntimeDirectory)}"], contentRoot);
    }
}
