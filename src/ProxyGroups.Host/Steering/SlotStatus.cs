namespace ProxyGroups.Host.Steering;

/// <summary>What a slot that is held does.</summary>
internal sealed record SlotStatus(int Slot, TimeSpan Age, string? Method, string? Path, bool IsUpgraded);
