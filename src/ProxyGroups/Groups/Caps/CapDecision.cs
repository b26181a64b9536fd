namespace ProxyGroups.Groups.Caps;

/// <summary>Who gets room now and who does not; all others wait for those that leave.</summary>
/// <param name="Refused">In the order in which they get what comes free.</param>
/// <param name="Soon">The use of the caps once those that leave are gone and those that wait for them have started.</param>
internal sealed record CapDecision(IReadOnlyList<CapWorker> Granted, IReadOnlyList<CapRefusal> Refused, CapLedger Soon);
