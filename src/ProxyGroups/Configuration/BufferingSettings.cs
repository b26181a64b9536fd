namespace ProxyGroups.Configuration;

/// <summary>What the front door holds so that slow clients do not hold a slot.</summary>
public sealed record BufferingSettings
{
    /// <summary>
    /// Largest request body that is read before a slot is taken. A larger one takes the slot first and streams to the
    /// worker; of one of unknown length so much is read first.
    /// </summary>
    /// <value>Bytes; in settings files a size such as "64KiB". Default 64 KiB. 0 (in files "off") to 64 MiB.</value>
    public long Request { get; init; } = 64L << 10;

    /// <summary>
    /// Largest answer of known length that is taken from the worker at once, so that its slot is free while the client
    /// reads. A larger one streams at the client's pace.
    /// </summary>
    /// <value>Bytes; in settings files a size such as "1MiB". Default 1 MiB. 0 (in files "off") to 64 MiB.</value>
    public long Response { get; init; } = 1L << 20;
}
