namespace ProxyGroups.Proxying.Transport;

/// <summary>What a response header means to the transport.</summary>
internal enum HeaderRole
{
    /// <summary>Passed on.</summary>
    Plain,

    /// <summary>Passed on; .NET keeps it with the content.</summary>
    Content,
    ContentLength,
    TransferEncoding,
    Connection,
    KeepAlive,
}
