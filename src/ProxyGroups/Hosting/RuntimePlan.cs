using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;

namespace ProxyGroups.Hosting;

/// <summary>How each group's app is run.</summary>
internal static class RuntimePlan
{
    public static IReadOnlyDictionary<string, IRuntime> Create(ProxyGroupsSettings settings, RuntimeHost host, List<SettingsError> errors)
    {
        var runtimes = new Dictionary<string, IRuntime>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, group) in settings.ProcessGroups)
        {
            if (RuntimeFactory.Create(name, group, host, errors) is { } runtime)
            {
                runtimes[name] = runtime;
            }
        }

        return runtimes;
    }
}
