namespace ProxyGroups.Configuration;

/// <summary>What a group answers while its app is being worked on.</summary>
public sealed record MaintenanceSettings
{
    /// <summary>
    /// While this file exists, it is the answer to every new request (503 with Retry-After), and no worker is asked. It must belong
    /// to root, the worker's user or the folder's owner; links are not followed, and for more than 256 KiB a page of ours stands in.
    /// </summary>
    /// <value>Path from Directory, such as "maintenance.html". Default not set: only by command.</value>
    public string? Page { get; init; }
}
