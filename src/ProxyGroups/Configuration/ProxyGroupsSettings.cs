namespace ProxyGroups.Configuration;

/// <summary>The whole section <c>ProxyGroups</c>. Compared by value.</summary>
public sealed record ProxyGroupsSettings
{
    /// <summary>False starts nothing: no worker, no socket (for tests of the app around it).</summary>
    /// <value>true or false. Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Private directory (mode 0700) of sockets and worker records. Socket paths must stay within 107 bytes, which leaves
    /// 82 for the directory.
    /// </summary>
    /// <value>Path; relative ones start at the content root. Default not set: chosen by user and content root.</value>
    public string? RuntimeDirectory { get; init; }

    /// <summary>Path at which the front door lists its groups and their busy slots.</summary>
    /// <value>Absolute path, such as "/proxygroups". Default not set: nowhere.</value>
    public string? Overview { get; init; }

    /// <summary>
    /// Serves status, events and commands on the Unix socket admin.sock in the runtime directory: to root and the front door's own user for all
    /// groups, to a group's Worker:User for its own groups, to nobody else. Needs Linux; elsewhere there is none.
    /// </summary>
    /// <value>true or false. Default true.</value>
    public bool Admin { get; init; } = true;

    /// <summary>The admin interface on an address beside the socket.</summary>
    public AdminEndpointSettings AdminEndpoint { get; init; } = new();

    /// <summary>How worker processes are started.</summary>
    /// <value>"auto", "linux" or "plain". Default "auto": linux on Linux, plain elsewhere.</value>
    public LauncherKind Launcher { get; init; }

    /// <summary>
    /// Most workers of all groups together, those that start, drain and stop included. One more waits: an idle worker above another
    /// group's Processes makes room for it, and where there is no room for a successor beside the old worker, the old one goes first.
    /// </summary>
    /// <value>1 to 100,000; not less than the Processes of all groups together, and one more where one of them starts on demand. Default not set: no bound but theirs.</value>
    public int? MaxProcesses { get; init; }

    /// <summary>
    /// Most memory that the workers of all groups use together: what only they and the processes they started use (USS, swap included), and what
    /// they are forked from (preloaders), read every 10 s. A worker that would come above it waits as at MaxProcesses; it is taken to be as large
    /// as the largest of its group. Workers that grow above it are not killed, but those above Processes make room, idle ones first. Needs Linux.
    /// </summary>
    /// <value>Bytes; in settings files a size such as "6GiB". 1 MiB and more. Default null (in files "off"): no bound.</value>
    public long? MaxMemory { get; init; }

    /// <summary>
    /// Folder of a cgroup (v2) that the front door may write; the cgroups of its workers are made below it, which limits (Group) need
    /// and which let nothing that a worker started survive it.
    /// </summary>
    /// <value>Absolute path, such as "/sys/fs/cgroup/web". Default not set: the cgroup that the front door runs in, where it was delegated (systemd: Delegate=yes); else none.</value>
    public string? Cgroup { get; init; }

    /// <summary>The access log: one line per request to a process group.</summary>
    public AccessLogSettings AccessLog { get; init; } = new();

    /// <summary>Application groups by name.</summary>
    /// <value>Names as those of process groups. Default empty.</value>
    /// <exception cref="ArgumentException">Two names differ by case only.</exception>
    public IReadOnlyDictionary<string, ApplicationGroupSettings> ApplicationGroups
    {
        get;
        init => field = new ValueMap<ApplicationGroupSettings>(value, StringComparer.OrdinalIgnoreCase);
    } = new ValueMap<ApplicationGroupSettings>([], StringComparer.OrdinalIgnoreCase);

    /// <summary>Process groups by name. A name is also the id of a YARP cluster: a route's ClusterId.</summary>
    /// <value>Names of 1 to 63 of a-z, 0-9 and '-', compared without case. Default empty.</value>
    /// <exception cref="ArgumentException">Two names differ by case only.</exception>
    public IReadOnlyDictionary<string, ProcessGroupSettings> ProcessGroups
    {
        get;
        init => field = new ValueMap<ProcessGroupSettings>(value, StringComparer.OrdinalIgnoreCase);
    } = new ValueMap<ProcessGroupSettings>([], StringComparer.OrdinalIgnoreCase);

    /// <summary>The process groups that belong to an application group.</summary>
    internal IEnumerable<KeyValuePair<string, ProcessGroupSettings>> MembersOf(string applicationGroup) =>
        ProcessGroups.Where(group => applicationGroup.Equals(group.Value.ApplicationGroup, StringComparison.OrdinalIgnoreCase));

    /// <summary>Somebody asks for limits that only the front door's own cgroup can keep.</summary>
    internal bool HasLimits => ProcessGroups.Values.Select(static group => group.Group).Concat(ApplicationGroups.Values.Select(static group => group.Group)).Any(static limits => limits != new GroupSettings());

    internal ProxyGroupsSettings Completed() => this with
    {
        ProcessGroups = ProcessGroups.ToDictionary(group => group.Key, group => Inherit(group.Value.Completed())),
    };

    private ProcessGroupSettings Inherit(ProcessGroupSettings group)
    {
        var parent = ApplicationGroups.GetValueOrDefault(group.ApplicationGroup ?? "");
        return group with { Preload = parent?.PreloadNames ?? [], LearnsPreload = parent is { LearnsPreload: true }, CommonExclude = parent?.PreloadExclude ?? [] };
    }
}
