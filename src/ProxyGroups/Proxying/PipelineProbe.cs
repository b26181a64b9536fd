namespace ProxyGroups.Proxying;

/// <summary>Feature of a made-up request that asks, once at start, whether YARP's pipeline really leads through ours.</summary>
internal sealed class PipelineProbe
{
    public bool HasReachedGroups { get; set; }
}
