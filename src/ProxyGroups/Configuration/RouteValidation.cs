using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>Asks YARP's own validator, so that a route it would refuse rejects the settings as a whole.</summary>
internal static class RouteValidation
{
    public static async Task<IReadOnlyList<SettingsError>> ValidateAsync(
        IConfigValidator validator, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
    {
        var errors = new List<SettingsError>();
        foreach (var route in routes)
        {
            errors.AddRange(Describe("Routes", route.RouteId, await validator.ValidateRouteAsync(route)));
        }

        foreach (var cluster in clusters)
        {
            errors.AddRange(Describe("Clusters", cluster.ClusterId, await validator.ValidateClusterAsync(cluster)));
        }

        return errors;
    }

    private static IEnumerable<SettingsError> Describe(string kind, string id, IList<Exception> exceptions) => exceptions.Select(exception =>
        new SettingsError($"{ProxySection.Section}:{kind}:{id}", null, $"is refused by YARP: {exception.Message.TrimEnd('.')}", "Correct it; see YARP's documentation."));
}
