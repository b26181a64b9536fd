using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyGroups.Proxying;

/// <summary>What every forwarded request uses.</summary>
internal sealed record ForwardingServices(IHttpForwarder Forwarder, FailureAnswer Answer, TimeProvider Time, ILogger<GroupForwarder> Logger);
