namespace ProxyGroups.Configuration;

/// <summary>Identity and limits of each worker process.</summary>
public sealed record WorkerSettings
{
    /// <summary>User that the worker runs as; null: the front door's own. Needs root.</summary>
    public string? User { get; init; }

    /// <summary>CPU niceness, -20 to 19; null: unchanged.</summary>
    public int? Nice { get; init; }

    /// <summary>Limit of open files (RLIMIT_NOFILE); null: unchanged.</summary>
    public int? OpenFiles { get; init; }
}
