namespace ProxyGroups.Supervision;

/// <summary>A worker cannot be forked, and is to be started plainly.</summary>
/// <param name="isBroken">The preloader will fork no other worker either.</param>
internal sealed class PreloadException(PreloadFault fault, bool isBroken = false) : Exception(fault.Cause)
{
    public PreloadFault Fault { get; } = fault;

    public bool IsBroken { get; } = isBroken;
}
