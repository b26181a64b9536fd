namespace ProxyGroups.Host.Steering;

/// <summary>Requests that got no slot, by why.</summary>
internal sealed record RefusalsStatus(long QueueFull, long WouldWaitTooLong, long WaitedTooLong, long BootTimedOut, long Closed);
