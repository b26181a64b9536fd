namespace ProxyGroups.Configuration;

/// <summary>Every key of our section, and those of other days and other programs that are refused by name.</summary>
internal static class KnownKeys
{
    private const string OneInterpreterEach = "Remove it: workers share what Preload of their application group names, and with \"PreloadApp\" of the process group the app itself.";
    private const string OnlyOnFailure = "Remove it: a worker is replaced only when it fails or its settings change.";
    private const string LeastBusy = "Remove it: a request goes to the least busy worker, and waits in the group's queue.";

    /// <summary>Settings of a YARP cluster that has the name of a process group.</summary>
    public static readonly IReadOnlyDictionary<string, Refusal> Cluster = new Dictionary<string, Refusal>(StringComparer.OrdinalIgnoreCase)
    {
        ["LoadBalancingPolicy"] = Refusal.Bypassed(LeastBusy),
        ["SessionAffinity"] = Refusal.Bypassed("Remove it: requests of one session may reach any worker; keep sessions in a store."),
        ["HealthCheck"] = Refusal.Bypassed("Remove it, and write \"Readiness\" and \"Timeouts\" of the group: workers are watched from outside."),
        ["HttpClient"] = Refusal.Bypassed("Remove it: \"Threads\" of the group bounds the connections of each worker."),
        ["HttpRequest"] = Refusal.Bypassed("Remove it, and write \"HttpRequest\" and \"Timeouts\" of the group."),
        ["Destinations"] = Refusal.Bypassed("Remove it: the group's workers are the destinations; \"Processes\" of the group says how many."),
        ["Metadata"] = Refusal.Bypassed("Remove it, and write metadata on the route."),
    };

    public static readonly SectionKeys Root = new(
        ["Enabled", "RuntimeDirectory", "Overview", "Admin", "AdminEndpoint", "Launcher", "MaxProcesses", "MaxMemory", "Cgroup", "AccessLog", "Defaults", "ApplicationGroups", "ProcessGroups"]);

    public static readonly SectionKeys AdminEndpoint = new(["Url", "TokenFile"]);

    public static readonly SectionKeys AccessLog = new(["Format", "File", "MaxSize", "Keep", "Query"]);

    public static readonly SectionKeys ApplicationGroup = new(
        ["MaxProcesses", "MaxMemory", "Group", "Preload", "PreloadExclude", "Refresh", "RefreshAfter"],
        new Dictionary<string, Refusal>
        {
            ["Python"] = Refusal.Later("Remove it, and write \"Python\" in each process group: those with one interpreter share a preloader."),
            ["Preload*"] = Refusal.Later(OneInterpreterEach),
            ["Warmup"] = Refusal.Later(OneInterpreterEach),
        });

    public static readonly SectionKeys Group = new(
        [
            "Directory", "ApplicationGroup", "Wsgi", "Apps", "DotNet", "Command", "Python", "PreloadApp", "PreloadExclude", "Warmup", "BeforeFork", "AfterFork", "Environment", "PassEnvironment", "Processes", "MaxProcesses",
            "Threads", "Serves", "Queue", "Timeouts", "Recycle", "Worker", "Group", "Log", "Buffering", "Readiness", "Restart", "Maintenance", "HttpRequest", "MaxRequestBody",
        ],
        new Dictionary<string, Refusal>(Cluster)
        {
            ["Asgi"] = Refusal.Later("Write \"Command\" with an ASGI server: [ \"uvicorn\", \"--uds\", \"{socket}\", \"module:app\" ]."),
            ["Preload*"] = Refusal.Later(OneInterpreterEach),
            ["ClusterId"] = Refusal.Bypassed("Remove it: the group's name is the id of its cluster."),
        });

    public static readonly SectionKeys App = new(["App", "Directory"]);

    public static readonly SectionKeys Queue = new(["Limit", "MaxWait"]);

    public static readonly SectionKeys Timeouts = new(
        ["Startup", "Request", "Silence", "Drain", "Stop", "Watchdog", "Idle"]);

    public static readonly SectionKeys Recycle = new(["MaxRequests", "MaxAge", "WorkerMemory", "Jitter"]);

    public static readonly SectionKeys Worker = new(
        ["User", "Group", "SupplementaryGroups", "Umask", "EnvironmentFile", "Nice", "CpuSeconds", "OpenFiles", "AddressSpace", "CoreSize", "NoNewPrivileges", "Capabilities"]);

    public static readonly SectionKeys Limits = new(["CpuWeight", "Cpus", "Memory", "MemoryHigh", "Tasks"]);

    public static readonly SectionKeys Log = new(["File", "MaxSize", "Keep"]);

    public static readonly SectionKeys Buffering = new(["Request", "Response"]);

    public static readonly SectionKeys Readiness = new(["Notify", "Path"]);

    public static readonly SectionKeys Restart = new(["Watch", "Debounce", "Before", "MaxSurge", "MaxUnavailable"]);

    public static readonly SectionKeys Maintenance = new(["Page"]);

    public static readonly SectionKeys HttpRequest = new(
        ["Version"],
        new Dictionary<string, Refusal>
        {
            ["ActivityTimeout"] = Refusal.Bypassed("Write \"Timeouts:Request\" (until the response head) and \"Timeouts:Silence\" (after it)."),
            ["VersionPolicy"] = Refusal.Later("Remove it: workers are spoken to in HTTP 1.1."),
            ["AllowResponseBuffering"] = Refusal.Later("Remove it, and write \"Buffering:Response\"."),
        });

    private static readonly (string Name, SectionKeys Keys)[] Sections =
    [
        ("Queue", Queue), ("Timeouts", Timeouts), ("Recycle", Recycle), ("Worker", Worker), ("Group", Limits), ("Log", Log), ("Buffering", Buffering), ("Readiness", Readiness),
        ("Restart", Restart), ("Maintenance", Maintenance),
        ("AdminEndpoint", AdminEndpoint), ("AccessLog", AccessLog), ("ApplicationGroups:<name>", ApplicationGroup), ("ProcessGroups:<name>", Group), ("ProxyGroups", Root),
    ];

    /// <summary>Where a key belongs that was written elsewhere.</summary>
    public static IReadOnlyList<string> SectionsWith(string key) =>
        [.. Sections.Where(section => section.Keys.Known.Contains(key, StringComparer.OrdinalIgnoreCase)).Select(section => section.Name)];
}
