namespace ProxyGroups.Proxying.Transport;

/// <summary>A request on its way to a worker.</summary>
internal interface IOutgoingRequest
{
    /// <summary>Its answer has no body.</summary>
    bool IsHead { get; }

    /// <param name="close">Ask the worker to close the connection after its answer.</param>
    /// <param name="buffer">Where to write; replaced by a larger one when needed.</param>
    /// <exception cref="ProtocolException">The request cannot be written as HTTP/1.1.</exception>
    RequestHead WriteHead(bool close, ref byte[] buffer);
}
