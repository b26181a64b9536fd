namespace ProxyGroups.Configuration;

/// <summary>The whole section <c>ProxyGroups</c>.</summary>
public sealed record ProxyGroupsSettings
{
    /// <summary>False starts nothing: no worker, no socket (for tests of the app around it). Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Directory of sockets and worker records; null: chosen by user and content root.</summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>Path at which the front door lists its groups and their busy slots; null: nowhere. Default null.</summary>
    public string? Overview { get; init; }

    /// <summary>Process groups by name (compared without case).</summary>
    public IReadOnlyDictionary<string, ProcessGroupSettings> ProcessGroups { get; init; } =
        new Dictionary<string, ProcessGroupSettings>(StringComparer.OrdinalIgnoreCase);
}
