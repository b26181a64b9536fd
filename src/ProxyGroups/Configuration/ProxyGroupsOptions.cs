using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>
/// Settings written in code. They are laid over the configuration: a group given here replaces one of the same name
/// whole, a value that is not null wins. The same rules hold for both, and both are checked together.
/// </summary>
public sealed class ProxyGroupsOptions
{
    /// <summary>Process groups by name, compared without case.</summary>
    public IDictionary<string, ProcessGroupSettings> ProcessGroups { get; } =
        new Dictionary<string, ProcessGroupSettings>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Application groups by name, compared without case.</summary>
    public IDictionary<string, ApplicationGroupSettings> ApplicationGroups { get; } =
        new Dictionary<string, ApplicationGroupSettings>(StringComparer.OrdinalIgnoreCase);

    /// <summary>YARP routes beside those of the section <c>ReverseProxy</c>; their ids must differ from those.</summary>
    public IList<RouteConfig> Routes { get; } = [];

    /// <summary>See <see cref="ProxyGroupsSettings.Enabled"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public bool? Enabled { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.RuntimeDirectory"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public string? RuntimeDirectory { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.Overview"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public string? Overview { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.Admin"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public bool? Admin { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.AdminEndpoint"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public AdminEndpointSettings? AdminEndpoint { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.Launcher"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public LauncherKind? Launcher { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.MaxProcesses"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public int? MaxProcesses { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.MaxMemory"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public long? MaxMemory { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.Cgroup"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public string? Cgroup { get; set; }

    /// <summary>See <see cref="ProxyGroupsSettings.AccessLog"/>.</summary>
    /// <value>Default null: the configuration decides.</value>
    public AccessLogSettings? AccessLog { get; set; }

    internal ProxyGroupsSettings Over(ProxyGroupsSettings settings) => settings with
    {
        Enabled = Enabled ?? settings.Enabled,
        RuntimeDirectory = RuntimeDirectory ?? settings.RuntimeDirectory,
        Overview = Overview ?? settings.Overview,
        Admin = Admin ?? settings.Admin,
        AdminEndpoint = AdminEndpoint ?? settings.AdminEndpoint,
        Launcher = Launcher ?? settings.Launcher,
        MaxProcesses = MaxProcesses ?? settings.MaxProcesses,
        MaxMemory = MaxMemory ?? settings.MaxMemory,
        Cgroup = Cgroup ?? settings.Cgroup,
        AccessLog = AccessLog ?? settings.AccessLog,
        ApplicationGroups = Over(ApplicationGroups, settings.ApplicationGroups),
        ProcessGroups = Over(ProcessGroups, settings.ProcessGroups),
    };

    private static Dictionary<string, T> Over<T>(IDictionary<string, T> code, IReadOnlyDictionary<string, T> file)
    {
        var all = new Dictionary<string, T>(file, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, group) in code)
        {
            all[name] = group;
        }

        return all;
    }
}
