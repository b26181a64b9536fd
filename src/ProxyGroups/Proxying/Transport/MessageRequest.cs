using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Proxying.Transport;

/// <summary>A request as YARP's forwarder gives it.</summary>
internal readonly record struct MessageRequest(HttpRequestMessage Message) : IOutgoingRequest
{
    public bool IsHead => Message.Method.Method == HttpMethods.Head;

    public RequestHead WriteHead(bool close, ref byte[] buffer) => RequestHeadWriter.Write(Message, close, ref buffer);
}
