namespace ProxyGroups.Configuration;

/// <summary>Every timeout stands alone. Those that end a worker's life cannot be switched off: nothing may hang for ever.</summary>
public sealed record TimeoutSettings
{
    private static readonly TimeSpan ShortestDefaultDrain = TimeSpan.FromSeconds(60);

    private readonly TimeSpan? _drain;

    /// <summary>From spawn until ready; then the worker is killed and the start counts as failed.</summary>
    /// <value>Duration. Default 60 s. Above 0, below 49 days.</value>
    public TimeSpan Startup { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Time a worker may take to answer with a response head; waits for the client do not count. Then the client gets
    /// 504 and the worker is replaced without cutting its other requests.
    /// </summary>
    /// <value>Duration. Default 60 s. Above 0, below 49 days; <see cref="Timeout.InfiniteTimeSpan"/> (in files "off"): no bound.</value>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Longest silence of a worker after its response head; then the response is cut off, and a Wsgi worker, one of whose threads
    /// it holds, is replaced without cutting its other requests.
    /// </summary>
    /// <value>Duration. Default 5 min. Above 0, below 49 days; <see cref="Timeout.InfiniteTimeSpan"/> (in files "off"): no bound.</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a draining worker may finish what it runs; then it is stopped and its requests are cut off.</summary>
    /// <value>Duration. Default 60 s, or <see cref="Request"/> where that is longer. Not shorter than <see cref="Request"/>, below 49 days.</value>
    public TimeSpan Drain { get => _drain ?? ShortestDefaultDrain; init => _drain = value; }

    /// <summary>From the polite stop signal until the whole process tree is killed.</summary>
    /// <value>Duration. Default 10 s. Above 0, below 49 days.</value>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Longest silence of a worker that says WATCHDOG=1 on NOTIFY_SOCKET (sd_notify; WATCHDOG_USEC tells it how often). Then its
    /// stacks are logged and it gets no new request; after as long again without a sign of life it is killed.
    /// </summary>
    /// <value>Duration. Default not set: 60 s for Wsgi, whose worker beats by itself, off for programs. 1 s and more, below 49 days; <see cref="Timeout.InfiniteTimeSpan"/> (in files "off"): off.</value>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>
    /// How long a worker above Processes stays without a request; then it retires, highest rank first. Also how long a group
    /// of Processes 0 whose start fails is tried again without a request.
    /// </summary>
    /// <value>Duration. Default 5 min. Above 0, below 49 days; <see cref="Timeout.InfiniteTimeSpan"/> (in files "off"): for ever.</value>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Fills in the default that depends on another setting.</summary>
    internal TimeoutSettings Completed() =>
        _drain is null ? this with { Drain = Request > ShortestDefaultDrain ? Request : ShortestDefaultDrain } : this;
}
