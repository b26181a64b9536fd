namespace ProxyGroups.Configuration;

/// <summary>
/// What the operator wrote for one application group: a named parent of process groups, which name it in
/// <see cref="ProcessGroupSettings.ApplicationGroup"/>. It bounds what they use together, and lets their workers share memory.
/// </summary>
public sealed record ApplicationGroupSettings
{
    /// <summary>
    /// Most workers of its process groups together, those that start, drain and stop included. What happens there is what happens at the
    /// machine's own MaxProcesses.
    /// </summary>
    /// <value>1 to 100,000; not less than their Processes together, and one more where one of them starts on demand. Default not set: no bound but theirs and the machine's.</value>
    public int? MaxProcesses { get; init; }

    /// <summary>
    /// Most memory that the workers of its process groups use together, measured as the machine's own MaxMemory, with what happens there.
    /// </summary>
    /// <value>Bytes; in settings files a size such as "2GiB". 1 MiB and more. Default null (in files "off"): no bound but the machine's.</value>
    public long? MaxMemory { get; init; }

    /// <summary>Limits of all workers of its process groups together, kept by the kernel.</summary>
    public GroupSettings Group { get; init; } = new();

    /// <summary>
    /// Python modules that one process imports before the Wsgi workers of its process groups are forked from it: they share the memory of these
    /// modules, and start without importing them again. An interpreter or user of its own means such a process of its own. Where modules leave threads
    /// or connections, or cannot be imported, the workers start plainly, and the overview says why. No module of an app's own directory can be named. Needs Linux.
    /// "learn" stands for modules of the interpreter's library and site-packages that at least two of the apps (of a single one: that app) have loaded after 100 requests to a worker,
    /// and that can be imported without the app: status shows them, and with "learn" the next generation of each process group is forked with them.
    /// </summary>
    /// <value>List of module names, such as [ "django", "django.db" ], or "learn", alone or in the list. Default empty: every worker starts on its own.</value>
    public IReadOnlyList<string> Preload { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>
    /// Gives its Wsgi groups a fresh generation, one group after the other, when that is taken to save more memory than it costs: what workers shared some time
    /// (RefreshAfter) after their start and have written to since, and what was learned since ("learn"), against the largest worker, which a group has twice while it goes over,
    /// and a tenth of what all use. A generation takes the code of that moment and runs Restart:Before.
    /// </summary>
    /// <value>true or false. Default false: only settings, files and commands begin generations.</value>
    public bool Refresh { get; init; }

    /// <summary>
    /// How long after the start of the youngest worker what they have written to until then counts as usual: it would be written to again, and is no loss that Refresh mends.
    /// Between two refreshes lie six times as much at least.
    /// </summary>
    /// <value>Duration. Default 10 min. Above 0, below 49 days.</value>
    public TimeSpan RefreshAfter { get; init; } = TimeSpan.FromMinutes(10);

    internal const string Learn = "learn";

    internal bool LearnsPreload => Preload.Contains(Learn);

    internal IReadOnlyList<string> PreloadNames => [.. Preload.Where(static module => module != Learn)];

    /// <summary>
    /// Python modules, with all below them, that no process runs which workers are forked from: who imports one there gets it without content, and each
    /// worker runs it right after the fork. For those that start threads or open connections when imported. One whose content is needed
    /// before the fork, as by "from it import name", means a plain start, also where a try would go on without it.
    /// </summary>
    /// <value>List of module names, such as [ "grpc", "shop.metrics" ]. Default empty: none is left out.</value>
    public IReadOnlyList<string> PreloadExclude { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;
}
