namespace ProxyGroups.Host.Steering;

/// <summary>How long something took, in seconds.</summary>
internal sealed record TimesStatus(long Count, double? P50, double? P95, double? P99);
