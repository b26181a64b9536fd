namespace ProxyGroups.Configuration;

/// <summary>The access log: one line per request to a process group.</summary>
public sealed record AccessLogSettings
{
    /// <summary>
    /// How each request to a process group is written down, refused ones too. "common" and "combined" are Apache's formats with group, rank, generation,
    /// tries, times in seconds (queue: waiting for a slot; service: holding one; total), id and error behind them, and for upgraded connections (WebSockets) the bytes received; "json" is one object per line.
    /// </summary>
    /// <value>"off", "common", "combined" or "json". Default "off".</value>
    public AccessLogFormat Format { get; init; }

    /// <summary>
    /// File that the lines go to. One that takes nothing (disk full), or too slowly, costs lines, which are counted and told in the front door's log,
    /// and never a request.
    /// </summary>
    /// <value>Path; relative ones start at the content root. Default not set: standard output.</value>
    public string? File { get; init; }

    /// <summary>Size at which the file is renamed to FILE.1 and a new one begun.</summary>
    /// <value>Bytes; in settings files a size such as "10MiB". Default 10 MiB. 64 KiB and more.</value>
    public long MaxSize { get; init; } = 10L << 20;

    /// <summary>How many renamed files are kept; the oldest goes.</summary>
    /// <value>0 to 1000. Default 5.</value>
    public int Keep { get; init; } = 5;

    /// <summary>Queries are written, as is customary; false cuts them off, in Referer too, where they hold what nobody else may read.</summary>
    /// <value>true or false. Default true.</value>
    public bool Query { get; init; } = true;
}
