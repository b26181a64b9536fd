namespace ProxyGroups.Host.Steering;

/// <summary>What a group has done.</summary>
internal sealed record GroupDetailStatus(
    UtilisationStatus Utilisation, TimesStatus QueueTime, TimesStatus ServiceTime, RefusalsStatus Refused, IReadOnlyList<FailedRequestStatus> LastFailures,
    IReadOnlyList<PreloaderStatus> Preloaders, SharingStatus? Sharing);
