namespace ProxyGroups.Host.Steering;

/// <summary>Shares of a group's slot time that requests held.</summary>
internal sealed record UtilisationStatus(double? OneMinute, double? FifteenMinutes);
