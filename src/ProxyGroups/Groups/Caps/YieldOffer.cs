namespace ProxyGroups.Groups.Caps;

/// <summary>A worker that could make room for one of another group.</summary>
/// <param name="IdleFor">Time without a request; zero: it is busy.</param>
internal sealed record YieldOffer(CapWorker Worker, TimeSpan IdleFor)
{
    public bool IsIdle => IdleFor > TimeSpan.Zero;
}
