namespace ProxyGroups.Host.Steering;

/// <summary>Why a generation does not start.</summary>
internal sealed record FailureStatus(int Generation, string Step, string Cause, string Remedy, int Tries);
