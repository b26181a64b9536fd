using Microsoft.Extensions.Logging;
using ProxyGroups.Proxying.Access;
using ProxyGroups.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyGroups.Proxying;

/// <summary>What every forwarded request uses.</summary>
internal sealed record ForwardingServices(
    IHttpForwarder Forwarder, DirectRoutes Direct, FailureAnswer Answer, TimeProvider Time, ProxyGroupsMeter Meter, AccessLog Access, ILogger<GroupForwarder> Logger);
