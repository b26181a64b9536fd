namespace ProxyGroups.Groups.Caps;

/// <summary>A worker that is to make room.</summary>
/// <param name="Purpose">For whom or what, for people.</param>
internal sealed record Yield(YieldOffer Offer, string Purpose);
