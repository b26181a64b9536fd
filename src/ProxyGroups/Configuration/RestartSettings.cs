namespace ProxyGroups.Configuration;

/// <summary>How a group goes over to a new generation: when, what runs before it, and how many workers at a time.</summary>
public sealed record RestartSettings
{
    /// <summary>The word of <see cref="Watch"/> that stands for the source files of the app.</summary>
    public const string Code = "code";

    /// <summary>
    /// Files whose change restarts the group, worker by worker. Links are not followed: a link counts as a file of its own.
    /// </summary>
    /// <value>
    /// List of paths from Directory with *, ? and **, such as "tmp/restart.txt"; "code", meant for development, stands for
    /// the app's source files. Default empty: none.
    /// </value>
    public IReadOnlyList<string> Watch { get; init => field = new ValueList<string>(value); } = ValueList<string>.Empty;

    /// <summary>Quiet time of the watched files before the restart begins, so that a deploy is whole by then.</summary>
    /// <value>Duration. Default 1 s. Above 0, below 49 days.</value>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Commands that run one after the other before the first worker of a generation, at the start too, with a worker's
    /// directory, user and environment. One that fails stops the restart: the workers that run go on, and it is tried again.
    /// What one leaves running ends with it. One that takes longer than 10 minutes, or runs when the group is stopped or Before changes, is ended.
    /// </summary>
    /// <value>List of commands, each a list of words, such as [ [ "python", "manage.py", "migrate" ] ]. Default empty: none.</value>
    public IReadOnlyList<IReadOnlyList<string>> Before
    {
        get;
        init => field = new ValueList<IReadOnlyList<string>>(value.Select(static command => new ValueList<string>(command)));
    } = ValueList<IReadOnlyList<string>>.Empty;

    /// <summary>Processes above those that are wanted while workers are replaced, those that still drain included: a successor is ready before the old worker drains.</summary>
    /// <value>0 to 256. Default 1.</value>
    public int MaxSurge { get; init; } = 1;

    /// <summary>Workers that may be missing while workers are replaced: so many drain before their successors are ready.</summary>
    /// <value>0 to 256. Default 0.</value>
    public int MaxUnavailable { get; init; }
}
