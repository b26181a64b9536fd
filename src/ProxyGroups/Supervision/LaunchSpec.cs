namespace ProxyGroups.Supervision;

/// <summary>
/// Everything needed to start one worker, as plain serialisable data: a launcher may live in another process.
/// </summary>
internal sealed record LaunchSpec
{
    public required WorkerIdentity Worker { get; init; }

    /// <summary>Program and arguments, placeholders already filled in.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Absolute working directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The worker's whole environment; nothing of ours is added but what readiness and supervision need.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required WorkerEndpoint Endpoint { get; init; }

    public required ReadinessCheck Readiness { get; init; }

    public string? User { get; init; }

    public string? Group { get; init; }

    /// <summary>Null: those of the user.</summary>
    public IReadOnlyList<string>? SupplementaryGroups { get; init; }

    public int? Umask { get; init; }

    public int? Nice { get; init; }

    public int? CpuSeconds { get; init; }

    public int? OpenFiles { get; init; }

    public long? AddressSpace { get; init; }

    public long? CoreSize { get; init; }

    /// <summary>What the worker may ever have; null: what we have.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The worker gains no rights by set-uid programs. Off for an app that needs one, such as sendmail's postdrop.</summary>
    public bool NoNewPrivileges { get; init; } = true;

    /// <summary>Folder of the cgroup that the worker is put into before its program runs; null: ours.</summary>
    public string? Cgroup { get; init; }

    /// <summary>What the worker may be forked from; null: it is started plainly.</summary>
    public PreloadSpec? Preload { get; init; }

    /// <summary>Where modules for this worker could be preloaded, as far as the settings name them; null: it can share none.</summary>
    public PreloadSpec? Sharing { get; init; }

    /// <summary>What the process forks are workers of their own: they are not killed with it.</summary>
    public bool IsForkParent { get; init; }

    /// <summary>How often the worker has to give a sign of life (WATCHDOG=1); null: never.</summary>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>Null: our own log.</summary>
    public LogTarget? Log { get; init; }

    /// <summary>Signal that makes the worker print its stacks; null: none known.</summary>
    public int? StackDumpSignal { get; init; }

    /// <summary>Program that shows the worker's stacks, for one that cannot do so itself; {pid} stands for the worker. Null: none known.</summary>
    public IReadOnlyList<string>? StackTool { get; init; }
}
