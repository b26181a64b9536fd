namespace ProxyGroups.Configuration;

/// <summary>How a worker shows that it serves: it says so (sd_notify), or an HTTP check on its socket answers.</summary>
public sealed record ReadinessSettings
{
    /// <summary>Wait for READY=1 on NOTIFY_SOCKET; without it within Timeouts:Startup the start fails.</summary>
    /// <value>true or false. Default not set: only runtimes known to send it are waited for.</value>
    public bool? Notify { get; init; }

    /// <summary>Path of an HTTP check on the worker's socket; any answer below 500 counts.</summary>
    /// <value>Absolute path, such as "/health". Default not set: "/" for runtimes that do not notify.</value>
    public string? Path { get; init; }
}
