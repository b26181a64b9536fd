namespace ProxyGroups.Groups.Caps;

/// <summary>A worker that is to make room.</summary>
/// <param name="Beneficiary">The group that gets it; null: a cap that was lowered.</param>
internal sealed record Yield(YieldOffer Offer, string? Beneficiary);
