namespace ProxyGroups.Supervision;

/// <summary>A worker cannot be forked, and is to be started plainly.</summary>
internal sealed class PreloadException(PreloadFault fault) : Exception(fault.Cause)
{
    public PreloadFault Fault { get; } = fault;
}
