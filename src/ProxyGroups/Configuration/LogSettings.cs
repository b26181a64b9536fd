namespace ProxyGroups.Configuration;

/// <summary>Where the output of a group's workers goes.</summary>
public sealed record LogSettings
{
    /// <summary>
    /// File for all that the group's workers write; what the front door says of them stays in its own log. Lines of JSON are
    /// written as they are, others with time, worker and stream in front. Of one worker 20,000 lines a second are taken.
    /// </summary>
    /// <value>Path; relative ones start at the content root. Default not set: the front door's own log, which takes 1,000 lines a second of one worker.</value>
    public string? File { get; init; }

    /// <summary>Size at which the file is renamed to FILE.1 and a new one begun.</summary>
    /// <value>Bytes; in settings files a size such as "10MiB". Default 10 MiB. 64 KiB and more.</value>
    public long MaxSize { get; init; } = 10L << 20;

    /// <summary>How many renamed files are kept; the oldest goes. The disk thus holds at most Keep + 1 times <see cref="MaxSize"/>.</summary>
    /// <value>0 to 1000. Default 5.</value>
    public int Keep { get; init; } = 5;
}
