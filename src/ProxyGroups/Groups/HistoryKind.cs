namespace ProxyGroups.Groups;

/// <summary>What an entry of the history tells.</summary>
internal enum HistoryKind
{
    /// <summary>A worker came into another state.</summary>
    Worker,

    /// <summary>The group as a whole is in another condition.</summary>
    Group,

    /// <summary>A start failed, or workers that had started keep ending.</summary>
    Failure,

    /// <summary>The kernel killed a process of a worker because memory ran out, and the worker had not ended of it when this was seen.</summary>
    MemoryKill,

    /// <summary>An operator's command was taken.</summary>
    Command,

    /// <summary>Settings were taken, or refused as a whole.</summary>
    Reload,

    /// <summary>Entries before this one are kept no more.</summary>
    Gap,
}
