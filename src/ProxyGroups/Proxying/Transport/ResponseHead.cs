namespace ProxyGroups.Proxying.Transport;

/// <summary>What a response head says about the rest of the connection; the headers themselves are on the message.</summary>
/// <param name="Framing">Where the response ends.</param>
/// <param name="Length">Content-Length, when that is the framing.</param>
/// <param name="KeepAlive">The worker will take another request on this connection.</param>
/// <param name="KeepAliveSeconds">For how long, when it said so; otherwise -1.</param>
internal readonly record struct ResponseHead(BodyFraming Framing, long Length, bool KeepAlive, int KeepAliveSeconds);
