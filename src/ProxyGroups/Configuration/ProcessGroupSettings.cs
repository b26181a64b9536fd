namespace ProxyGroups.Configuration;

/// <summary>
/// What the operator wrote for one process group: a named set of equal workers with one queue.
/// </summary>
public sealed record ProcessGroupSettings
{
    /// <summary>Name of the application group whose preloaded interpreter the workers start from; null: none.</summary>
    public string? ApplicationGroup { get; init; }

    /// <summary>Directory of the web app; relative paths start at the content root. Default: the content root.</summary>
    public string Directory { get; init; } = ".";

    /// <summary>The WSGI callable: <c>module:callable</c> or <c>file.py:callable</c>.</summary>
    public string? Wsgi { get; init; }

    /// <summary>A .NET project or dll whose Kestrel serves the app.</summary>
    public string? DotNet { get; init; }

    /// <summary>Argument list of any program that serves HTTP; placeholders {socket}, {port}, {threads}. Empty: none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Python interpreter or virtualenv directory; null: python3 on PATH.</summary>
    public string? Python { get; init; }

    /// <summary>Variables that every worker gets. Values are never logged.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of the front door's own variables that are handed on.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>Number of workers. Default 1.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>Upper bound of workers. Default: <see cref="Processes"/>.</summary>
    public int MaxProcesses { get; init; } = 1;

    /// <summary>Slots of one worker: requests it may handle at once. Default 4.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>The admission queue.</summary>
    public QueueSettings Queue { get; init; } = new();

    /// <summary>Timeouts of workers and requests.</summary>
    public TimeoutSettings Timeouts { get; init; } = new();

    /// <summary>Identity and limits of each worker.</summary>
    public WorkerSettings Worker { get; init; } = new();

    /// <summary>How much of a request and of a response is held by the front door.</summary>
    public BufferingSettings Buffering { get; init; } = new();

    /// <summary>How a worker shows that it serves.</summary>
    public ReadinessSettings Readiness { get; init; } = new();

    /// <summary>Largest request body in bytes unless the route sets its own. Default 100 MiB; null: off.</summary>
    public long? MaxRequestBody { get; init; } = 100L << 20;
}
