namespace ProxyGroups.Tests.Supervision;

/// <summary>A public shape for the internal states.</summary>
public sealed record WorkerStatePair(int From, int To);
