using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>How routes, clusters and process groups must fit together.</summary>
internal static class RouteRules
{
    public static IEnumerable<SettingsError> Check(
        ProxyGroupsSettings settings, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, IEnumerable<string> foreignClusters)
    {
        var known = settings.ProcessGroups.Keys.Concat(clusters.Select(cluster => cluster.ClusterId)).Concat(foreignClusters).ToList();
        return routes
            .GroupBy(route => route.RouteId, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Count() > 1)
            .Select(same => new SettingsError(PathOf(same.Key), null, "exists twice, in the configuration and in code or twice in code", "Give one of them another id."))
            .Concat(routes.SelectMany(route => CheckTarget(route, known)))
            .Concat(routes.Where(route => IsBackground(settings, route.ClusterId)).Select(route => new SettingsError(
                $"{PathOf(route.RouteId)}:ClusterId", route.ClusterId, "is a group of background workers, which serve no HTTP",
                $"Remove the route, or remove \"Serves\": false from {SettingsReader.Section}:ProcessGroups:{route.ClusterId}.")));
    }

    /// <summary>Clusters that a process group replaces: each of their settings is refused by name, with ours.</summary>
    public static void RefuseShadowedClusters(ProxyGroupsSettings settings, SettingsNode section, ReadErrors errors)
    {
        var clusters = section.Part("Clusters");
        foreach (var cluster in clusters.Keys.Where(settings.ProcessGroups.ContainsKey).Select(clusters.Part))
        {
            errors.Add(cluster.Path, null, "has the name of a process group, which is its own cluster", "Remove this cluster, or give it another name.");
            foreach (var key in cluster.Keys)
            {
                if (KnownKeys.Cluster.GetValueOrDefault(key) is { } refusal)
                {
                    errors.Add(cluster.Child(key).Path, null, refusal.Message, refusal.Remedy);
                }
            }
        }
    }

    /// <summary>Groups that nothing leads to: allowed, because routes may be made in code, but seldom meant.</summary>
    public static IEnumerable<SettingsError> UnroutedGroups(ProxyGroupsSettings settings, IReadOnlyList<RouteConfig> routes) => settings.ProcessGroups.Keys
        .Where(name => !IsBackground(settings, name))
        .Where(name => !routes.Any(route => name.Equals(route.ClusterId, StringComparison.OrdinalIgnoreCase)))
        .Select(name => new SettingsError(
            $"{SettingsReader.Section}:ProcessGroups:{name}", null, "is reached by no route",
            $"Write a route with \"ClusterId\": \"{name}\" in \"ReverseProxy:Routes\"."));

    /// <summary>Routes that take the path of an app off: allowed, because other apps may be meant, but that one is then found nowhere.</summary>
    public static IEnumerable<SettingsError> StrippedApps(ProxyGroupsSettings settings, IReadOnlyList<RouteConfig> routes) =>
        from route in routes
        from transform in route.Transforms ?? []
        let prefix = transform.GetValueOrDefault("PathRemovePrefix")
        where prefix is not null && settings.ProcessGroups.TryGetValue(route.ClusterId ?? "", out var to) && to.Apps.Keys.Any(path => AppPath.Decode(path) == prefix)
        select new SettingsError($"{PathOf(route.RouteId)}:Transforms", null, $"take {prefix} off, by which {route.ClusterId} finds one of its Apps",
            "Remove PathRemovePrefix: the workers do this themselves.");

    private static bool IsBackground(ProxyGroupsSettings settings, string? name) =>
        name is not null && settings.ProcessGroups.TryGetValue(name, out var group) && !group.Serves;

    private static IEnumerable<SettingsError> CheckTarget(RouteConfig route, List<string> known)
    {
        if (route.ClusterId is not { } target || known.Contains(target, StringComparer.OrdinalIgnoreCase))
        {
            yield break;
        }

        var nearest = NearestName.Find(target, known);
        yield return new($"{PathOf(route.RouteId)}:ClusterId", target, "is neither a process group nor a cluster", nearest is not null
            ? $"Did you mean \"{nearest}\"?"
            : $"Write the name of a process group{(known.Count == 0 ? "; there is none yet" : $": {string.Join(", ", known)}")}.");
    }

    private static string PathOf(string routeId) => $"{ProxySection.Section}:Routes:{routeId}";
}
