namespace ProxyGroups.Configuration;

/// <summary>Identity and limits of each worker process. What is not set is inherited from the front door.</summary>
public sealed record WorkerSettings
{
    /// <summary>User that the worker runs as, with that user's groups. Needs a front door that is root.</summary>
    /// <value>Name of a user. Default not set: the front door's own user.</value>
    public string? User { get; init; }

    /// <summary>Primary group of the worker. Needs a front door that is root.</summary>
    /// <value>Name of a group. Default not set: that of <see cref="User"/>.</value>
    public string? Group { get; init; }

    /// <summary>All other groups of the worker, instead of those that <see cref="User"/> is in. Needs a front door that is root.</summary>
    /// <value>List of names; an empty one: none. Default not set: those of <see cref="User"/>.</value>
    public IReadOnlyList<string>? SupplementaryGroups { get; init => field = value is null ? null : new ValueList<string>(value); }

    /// <summary>Rights that files made by the worker do not get. Those of its own user cannot be taken.</summary>
    /// <value>Octal digits, such as "027". Default not set.</value>
    public string? Umask { get; init; }

    /// <summary>
    /// File of NAME=value lines, read anew at each start of a worker; <see cref="ProcessGroupSettings.Environment"/> wins over it.
    /// A front door that is root follows no link to it that another user may have made. Values are never logged.
    /// </summary>
    /// <value>Path; relative ones start at Directory. Default not set.</value>
    public string? EnvironmentFile { get; init; }

    /// <summary>CPU niceness: a higher one yields to others. A negative one needs root.</summary>
    /// <value>-20 to 19. Default not set.</value>
    public int? Nice { get; init; }

    /// <summary>CPU time of one worker in all (RLIMIT_CPU). Then it gets SIGXCPU, which ends most programs, and SIGKILL 10 s of CPU time later.</summary>
    /// <value>Seconds, 1 to 1,000,000,000. Default not set.</value>
    public int? CpuSeconds { get; init; }

    /// <summary>Limit of open files and sockets (RLIMIT_NOFILE); opening one more fails inside the app.</summary>
    /// <value>64 to 1,073,741,816. Default not set.</value>
    public int? OpenFiles { get; init; }

    /// <summary>Limit of virtual memory (RLIMIT_AS), which is far more than what is used; allocations beyond it fail inside the app.</summary>
    /// <value>Bytes; in settings files a size such as "4GiB". 64 MiB and more. Default not set.</value>
    public long? AddressSpace { get; init; }

    /// <summary>Largest core dump (RLIMIT_CORE).</summary>
    /// <value>Bytes; in settings files a size such as "1GiB", or "off": none. Default not set.</value>
    public long? CoreSize { get; init; }

    /// <summary>The worker gains no rights by programs such as sudo or sendmail. False for an app that needs one.</summary>
    /// <value>true or false. Default true.</value>
    public bool NoNewPrivileges { get; init; } = true;

    /// <summary>Capabilities that the worker may ever have (its bounding set); one that is not listed is gone for good. Needs a front door that is root.</summary>
    /// <value>List of names, such as "net_bind_service"; an empty one: none. Default not set: those of the front door.</value>
    public IReadOnlyList<string>? Capabilities { get; init => field = value is null ? null : new ValueList<string>(value); }
}
