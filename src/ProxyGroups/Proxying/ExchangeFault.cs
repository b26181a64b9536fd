namespace ProxyGroups.Proxying;

/// <summary>The closed list of what a worker can do wrong in one request.</summary>
internal enum ExchangeFault
{
    None,

    /// <summary>No connection came about: nothing of the request reached the worker.</summary>
    ConnectFailed,

    /// <summary>Likewise, and not for want of descriptors or time: the worker does not listen any more.</summary>
    NoListener,

    /// <summary>The connection ended before a byte of the response: the worker died, or closed it.</summary>
    ClosedBeforeHead,

    /// <summary>The connection ended within the response head.</summary>
    ClosedInHead,

    /// <summary>What came is no HTTP/1.1 response head.</summary>
    MalformedHead,

    /// <summary>The response head is larger than 64 KiB.</summary>
    HeadTooLarge,

    /// <summary>The connection ended, or broke the framing, within the body.</summary>
    BodyCutOff,

    /// <summary>No response head within Timeouts:Request.</summary>
    RequestDeadline,

    /// <summary>Nothing more came within Timeouts:Silence.</summary>
    Silence,
}
