namespace ProxyGroups.Configuration;

/// <summary>Every timeout stands alone; <see cref="Timeout.InfiniteTimeSpan"/> switches one off.</summary>
public sealed record TimeoutSettings
{
    /// <summary>From spawn until ready. Default 60 s.</summary>
    public TimeSpan Startup { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time a worker may take to answer with a response head, waits for the client not counted. Default 60 s.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest silence of a worker after its response head. Default 5 min.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a draining worker may finish what it runs. Default 60 s.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From the polite stop signal until the kill. Default 10 s.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(10);
}
