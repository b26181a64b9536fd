using Microsoft.AspNetCore.Http.Timeouts;

namespace ProxyGroups.Proxying;

/// <summary>
/// Feature of a made-up request that asks, once at start, whether YARP's pipeline really leads through ours. It also stands in for the
/// app's request timeouts, which such a request has not come through and without which YARP refuses a route that has a timeout.
/// </summary>
internal sealed class PipelineProbe : IHttpRequestTimeoutFeature
{
    public bool HasReachedGroups { get; set; }

    public CancellationToken RequestTimeoutToken => CancellationToken.None;

    public void DisableTimeout()
    {
    }
}
