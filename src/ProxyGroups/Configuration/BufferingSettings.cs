namespace ProxyGroups.Configuration;

/// <summary>What the front door holds so that slow clients do not hold a slot.</summary>
public sealed record BufferingSettings
{
    /// <summary>A request body up to this many bytes is read before a slot is taken. Default 64 KiB; 0: off.</summary>
    public long Request { get; init; } = 64L << 10;

    /// <summary>An answer of known length up to this many bytes is taken from the worker at once. Default 1 MiB; 0: off.</summary>
    public long Response { get; init; } = 1L << 20;
}
