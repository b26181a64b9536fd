namespace ProxyGroups.Configuration;

/// <summary>
/// What the operator wrote for one process group: a named set of equal workers with one queue.
/// At most one of <see cref="Wsgi"/>, <see cref="Apps"/>, <see cref="DotNet"/> and <see cref="Command"/> is set; with none the app is
/// detected from <see cref="Directory"/>. Compared by value, collections included.
/// </summary>
public sealed record ProcessGroupSettings
{
    private readonly int? _maxProcesses;

    /// <summary>The application group that this one belongs to: its caps hold for the workers of all of its process groups together.</summary>
    /// <value>A name in ApplicationGroups. Default not set: none.</value>
    public string? ApplicationGroup { get; init; }

    /// <summary>Directory of the web app, where its workers start.</summary>
    /// <value>Path; relative ones start at the content root. Default ".", the content root.</value>
    public string Directory { get; init; } = ".";

    /// <summary>The WSGI callable of a Python app.</summary>
    /// <value>"module:callable" or "file.py:callable". Default not set.</value>
    public string? Wsgi { get; init; }

    /// <summary>
    /// Several WSGI apps in the one interpreter of each worker, instead of <see cref="Wsgi"/>: less memory, and no isolation, since they
    /// share modules, environment and crashes. By the path below which each is found: the longest that matches whole segments wins and
    /// moves from PATH_INFO to SCRIPT_NAME, "/" takes the rest. An app whose import is slow or fails holds up no other; requests to it
    /// wait (all but one slot of a worker may, at most half of Timeouts:Request), or get 503.
    /// </summary>
    /// <value>
    /// Map of path to "module:callable" or "file.py:callable", or to { "App": ..., "Directory": where it lies, from Directory }.
    /// Default empty: none.
    /// </value>
    public IReadOnlyDictionary<string, AppSettings> Apps
    {
        get;
        init => field = new ValueMap<AppSettings>(value, StringComparer.Ordinal);
    } = new ValueMap<AppSettings>([], StringComparer.Ordinal);

    /// <summary>A .NET project or dll whose Kestrel serves the app.</summary>
    /// <value>Path from <see cref="Directory"/>. Default not set.</value>
    public string? DotNet { get; init; }

    /// <summary>Program and arguments of any server of HTTP; placeholders {socket}, {port}, {threads} are filled in.</summary>
    /// <value>List of words, or in settings files one text that is split as a shell splits words. Default empty: none.</value>
    public IReadOnlyList<string> Command { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>Python interpreter of a WSGI app.</summary>
    /// <value>Path of an interpreter or of a virtualenv directory. Default not set: python3 on PATH.</value>
    public string? Python { get; init; }

    /// <summary>
    /// The workers of a Wsgi app are forked from a process that has imported the app itself, and asked it for the pages of <see cref="Warmup"/>: they
    /// share the memory of that, and are ready in milliseconds. Each generation has such a process anew. What must not be shared forbids it (threads,
    /// connections, open SQLite files): then the workers start plainly, and the overview says why. The process costs memory too, which a single worker
    /// cannot save. While the app is imported PROXYGROUPS_RANK is not set. Needs Linux.
    /// </summary>
    /// <value>true or false. Default false: each worker imports the app by itself.</value>
    public bool PreloadApp { get; init; }

    /// <summary>
    /// Python modules, with all below them, that the process of <see cref="PreloadApp"/> does not run, beside those of its application group: the app gets them without
    /// content, and each worker runs them right after the fork, before AfterFork. One whose content is needed before the fork, as by "from it import name", means a plain start,
    /// also where a try would go on without it.
    /// </summary>
    /// <value>List of module names, such as [ "grpc", "shop.metrics" ]. Default empty: none is left out.</value>
    public IReadOnlyList<string> PreloadExclude { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>
    /// Pages that are asked for before workers are forked (<see cref="PreloadApp"/>), so that what they load is shared. Answers are thrown away, and the
    /// connections to databases that Django and SQLAlchemy opened for them are closed; one that fails is logged.
    /// </summary>
    /// <value>List of paths, or of addresses where the app answers to its own name alone, such as [ "/", "https://shop.example.com/cart" ]. Default empty: none.</value>
    public IReadOnlyList<string> Warmup { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>
    /// Function of the app that is called with <see cref="PreloadApp"/> before the process is found fit to be forked: it may end threads and close connections.
    /// </summary>
    /// <value>"module:function" or "file.py:function", without arguments. Default not set: none.</value>
    public string? BeforeFork { get; init; }

    /// <summary>
    /// Function of the app that each worker calls with <see cref="PreloadApp"/> before it serves: it may start what <see cref="BeforeFork"/> has ended, and
    /// make random generators. A worker where it fails does not start; one that starts plainly does not call it.
    /// </summary>
    /// <value>"module:function" or "file.py:function", without arguments. Default not set: none.</value>
    public string? AfterFork { get; init; }

    /// <summary>
    /// Variables that every worker gets; they win over <see cref="PassEnvironment"/>. Values are never logged.
    /// </summary>
    /// <value>Map of name to value, or in settings files a list of "NAME=value". Default empty.</value>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init => field = new ValueMap<string>(value, StringComparer.Ordinal);
    } = new ValueMap<string>([], StringComparer.Ordinal);

    /// <summary>Names of the front door's own variables that are handed on; no other one is.</summary>
    /// <value>List of names. Default empty.</value>
    public IReadOnlyList<string> PassEnvironment { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>
    /// Number of workers that always run: each has its own memory and can keep one CPU core busy or more. 0: the first request
    /// starts one and waits for it, bounded by Timeouts:Startup; after Timeouts:Idle without requests none runs.
    /// </summary>
    /// <value>0 to 256. Default 1.</value>
    public int Processes { get; init; } = 1;

    /// <summary>
    /// Upper bound of workers. While requests wait, workers are started until there are slots for all that run and wait;
    /// those above Processes retire after Timeouts:Idle.
    /// </summary>
    /// <value>1 to 256, not below <see cref="Processes"/>. Default: <see cref="Processes"/>, at least 1.</value>
    public int MaxProcesses { get => _maxProcesses ?? Math.Max(1, Processes); init => _maxProcesses = value; }

    /// <summary>Slots of one worker: requests it may handle at once. The next one waits in the queue.</summary>
    /// <value>1 to 1024. Default 4.</value>
    public int Threads { get; init; } = 4;

    /// <summary>
    /// The workers serve HTTP. False: background workers (a queue consumer, a scheduler) that <see cref="Command"/> starts: they
    /// are supervised alike, no route may lead to them, and they are ready when they said READY=1 (<see cref="ReadinessSettings.Notify"/>)
    /// or have stayed for a second. Threads, Queue and Buffering have no meaning then.
    /// </summary>
    /// <value>true or false. Default true.</value>
    public bool Serves { get; init; } = true;

    /// <summary>The admission queue.</summary>
    public QueueSettings Queue { get; init; } = new();

    /// <summary>Timeouts of workers and requests.</summary>
    public TimeoutSettings Timeouts { get; init; } = new();

    /// <summary>When a healthy worker is replaced by a fresh one.</summary>
    public RecycleSettings Recycle { get; init; } = new();

    /// <summary>Identity and limits of each worker.</summary>
    public WorkerSettings Worker { get; init; } = new();

    /// <summary>Limits of all workers of the group together.</summary>
    public GroupSettings Group { get; init; } = new();

    /// <summary>Where the workers' output goes.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>How much of a request and of a response is held by the front door.</summary>
    public BufferingSettings Buffering { get; init; } = new();

    /// <summary>How a worker shows that it serves.</summary>
    public ReadinessSettings Readiness { get; init; } = new();

    /// <summary>How the group goes over to new code and settings.</summary>
    public RestartSettings Restart { get; init; } = new();

    /// <summary>What is answered while the app is being worked on.</summary>
    public MaintenanceSettings Maintenance { get; init; } = new();

    /// <summary>How the front door speaks to the workers.</summary>
    public HttpRequestSettings HttpRequest { get; init; } = new();

    /// <summary>Largest request body unless the route sets its own limit; a larger one is answered 413.</summary>
    /// <value>Bytes; in settings files a size such as "100MiB". Default 100 MiB. Above 0; null (in files "off"): no bound.</value>
    public long? MaxRequestBody { get; init; } = 100L << 20;

    /// <summary>The longest that a request waits for one of <see cref="Apps"/> to be imported, so that it is not taken for one that hangs.</summary>
    internal TimeSpan ImportWait => Timeouts.Request == Timeout.InfiniteTimeSpan || Timeouts.Request / 2 > Timeouts.Startup ? Timeouts.Startup : Timeouts.Request / 2;

    /// <summary>Modules in Preload of the application group.</summary>
    internal IReadOnlyList<string> Preload { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>Preload of the application group asks for what is learned, too.</summary>
    internal bool LearnsPreload { get; init; }

    /// <summary>PreloadExclude of the application group.</summary>
    internal IReadOnlyList<string> CommonExclude { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>The number of workers follows the demand.</summary>
    internal bool IsElastic => MaxProcesses > Processes;

    /// <summary>
    /// The settings that a running worker was started from, all others at their defaults: where these are equal, a change
    /// applies without a restart. What is not named here restarts the workers.
    /// </summary>
    /// <param name="withThreads">The worker sizes itself by <see cref="Threads"/>.</param>
    internal ProcessGroupSettings OfWorkers(bool withThreads) => this with
    {
        // A worker is told whether it has siblings, not how many.
        Processes = Math.Max(Processes, MaxProcesses) > 1 ? 2 : 1,
        MaxProcesses = Math.Max(Processes, MaxProcesses) > 1 ? 2 : 1,
        Threads = withThreads ? Threads : 1,
        Queue = new(),
        // A worker is told these at its start, the others are kept from outside.
        Timeouts = Apps.Count == 0 ? new() { Watchdog = Timeouts.Watchdog } : new() { Watchdog = Timeouts.Watchdog, Startup = ImportWait },
        // Whoever is recycled is counted, timed and measured from outside.
        Recycle = new(),
        Buffering = new(),
        Group = new(),
        Restart = new(),
        Maintenance = new(),
        MaxRequestBody = null,
    };

    /// <summary>Makes the defaults explicit that depend on other settings, so that equal meaning is equal by value.</summary>
    internal ProcessGroupSettings Completed() => this with
    {
        MaxProcesses = MaxProcesses,
        Queue = Queue.Completed((int)Math.Min(int.MaxValue, (long)MaxProcesses * Threads)),
        Timeouts = Timeouts.Completed(),
    };
}
