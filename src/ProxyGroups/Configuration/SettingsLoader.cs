using Microsoft.Extensions.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>Reads all sources once and checks them together. Keeps no state.</summary>
internal static class SettingsLoader
{
    /// <summary>A snapshot with revision 0, and all errors; with errors the snapshot must not be used.</summary>
    public static (SettingsSnapshot Snapshot, IReadOnlyList<SettingsError> Errors) Load(SettingsSources sources)
    {
        var (read, errors) = SettingsReader.Read(sources.Configuration);
        var settings = sources.Code.Over(read).Completed();
        errors.AddValidated(SettingsValidator.Validate(settings));
        errors.AddValidated(sources.MachineChecks(settings));

        var parseErrors = new List<SettingsError>();
        var proxy = ProxySection.Read(sources.Configuration, parseErrors);
        IReadOnlyList<RouteConfig> routes = [.. proxy.Routes, .. sources.Code.Routes.Select(ProxySection.ShowBodyLimit)];
        IReadOnlyList<ClusterConfig> clusters = [.. proxy.Clusters.Where(cluster => !settings.ProcessGroups.ContainsKey(cluster.ClusterId))];
        errors.AddValidated(parseErrors);
        errors.AddValidated(RouteRules.Check(settings, routes, clusters, sources.ForeignClusters()));
        RouteRules.RefuseShadowedClusters(settings, SettingsNode.Open(sources.Configuration, ProxySection.Section), errors);
        errors.AddValidated(Validate(sources.RouteValidator(), routes, clusters));

        IReadOnlyList<SettingsError> warnings = [.. sources.MachineWarnings(settings), .. RouteRules.UnroutedGroups(settings, routes), .. RouteRules.StrippedApps(settings, routes), .. MisspeltSections(sources.Configuration)];
        return (new(settings, routes, clusters, warnings, 0), errors.All);
    }

    private static IReadOnlyList<SettingsError> Validate(IConfigValidator? validator, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
    {
        if (validator is null)
        {
            return [];
        }

#pragma warning disable VSTHRD002 // YARP's own first load waits in the same way; no request and no synchronization context is involved.
        return Task.Run(() => RouteValidation.ValidateAsync(validator, routes, clusters)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static IEnumerable<SettingsError> MisspeltSections(IConfiguration configuration) => configuration.GetChildren()
        .Where(section => !section.Key.Equals(SettingsReader.Section, StringComparison.OrdinalIgnoreCase)
            && NearestName.Find(section.Key.Replace(" ", "", StringComparison.Ordinal), [SettingsReader.Section]) is not null)
        .Select(section => new SettingsError(section.Key, null, "is not read", $"Did you mean \"{SettingsReader.Section}\"?"));
}
