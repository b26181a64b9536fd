namespace ProxyGroups.Configuration;

/// <summary>How a worker shows that it serves: it says so (sd_notify), or an HTTP check on its socket answers.</summary>
public sealed record ReadinessSettings
{
    /// <summary>Wait for READY=1 on NOTIFY_SOCKET. Null: only runtimes known to send it.</summary>
    public bool? Notify { get; init; }

    /// <summary>Path of an HTTP check; any answer below 500 counts. Null: "/" for runtimes that do not notify.</summary>
    public string? Path { get; init; }
}
