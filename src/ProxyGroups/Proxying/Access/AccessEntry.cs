namespace ProxyGroups.Proxying.Access;

/// <summary>One request that has ended, as the access log tells it: plain data.</summary>
internal readonly record struct AccessEntry
{
    /// <summary>When the request came to its group.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Null: it came through a Unix socket.</summary>
    public string? Client { get; init; }

    /// <summary>Whom the app around us has authenticated; null: nobody.</summary>
    public string? User { get; init; }

    public required string Method { get; init; }

    /// <summary>As the client wrote it.</summary>
    public required string Target { get; init; }

    public required string Protocol { get; init; }

    public string? Host { get; init; }

    public string? Referer { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>499: the client left before an answer.</summary>
    public required int Status { get; init; }

    /// <summary>Bytes of the answer's body; of an upgraded connection all that went to the client after its upgrade.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes that came from the client after an upgrade; null: there was none.</summary>
    public long? Received { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Time spent waiting for slots.</summary>
    public required TimeSpan Queue { get; init; }

    /// <summary>Time spent holding slots; of a client that left, until then.</summary>
    public required TimeSpan Service { get; init; }

    public required string Group { get; init; }

    /// <summary>That of the last worker which was asked; null: none was.</summary>
    public int? Rank { get; init; }

    public int? Generation { get; init; }

    /// <summary>Workers that were asked for, one after the other.</summary>
    public required int Tries { get; init; }

    /// <summary>Why the client did not get its app's whole answer; null: it did.</summary>
    public string? Error { get; init; }

    /// <summary>The id that failure answers and the front door's log name.</summary>
    public required string Id { get; init; }

    /// <summary>The client's own X-Request-Id; null: it sent none, and the app got <see cref="Id"/>.</summary>
    public string? RequestId { get; init; }

    public string? TraceId { get; init; }
}
