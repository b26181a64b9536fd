namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of an application group.</summary>
internal sealed record ApplicationGroupStatus(string Name, IReadOnlyList<PreloaderStatus> Preloaders, SharingStatus? Sharing);
