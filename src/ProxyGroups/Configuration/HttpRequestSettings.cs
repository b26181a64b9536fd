namespace ProxyGroups.Configuration;

/// <summary>How the front door speaks to the workers, in YARP's words.</summary>
public sealed record HttpRequestSettings
{
    /// <summary>HTTP version of requests to workers.</summary>
    /// <value>Default "1.1", the only one so far; another one is refused.</value>
    public string Version { get; init; } = "1.1";
}
