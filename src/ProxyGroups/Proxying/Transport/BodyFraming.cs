namespace ProxyGroups.Proxying.Transport;

/// <summary>Where a response ends (RFC 9112 6.3).</summary>
internal enum BodyFraming
{
    /// <summary>With its head.</summary>
    None,

    /// <summary>After Content-Length bytes.</summary>
    Length,

    /// <summary>With the last chunk and its trailers.</summary>
    Chunked,

    /// <summary>With the connection.</summary>
    UntilClose,

    /// <summary>Never: the connection has changed its protocol (101).</summary>
    Tunnel,
}
