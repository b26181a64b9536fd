namespace ProxyGroups.Configuration;

/// <summary>Identity and limits of each worker process. What is not set is inherited from the front door.</summary>
public sealed record WorkerSettings
{
    /// <summary>User that the worker runs as, with that user's groups. Needs a front door that is root.</summary>
    /// <value>Name of a user. Default not set: the front door's own user.</value>
    public string? User { get; init; }

    /// <summary>CPU niceness: a higher one yields to others. A negative one needs root.</summary>
    /// <value>-20 to 19. Default not set.</value>
    public int? Nice { get; init; }

    /// <summary>Limit of open files and sockets (RLIMIT_NOFILE); opening one more fails inside the app.</summary>
    /// <value>64 to 1,073,741,816. Default not set.</value>
    public int? OpenFiles { get; init; }
}
