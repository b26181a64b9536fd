namespace ProxyGroups.Supervision;

/// <summary>The outcome of one HTTP check; <paramref name="Detail"/> completes a sentence for the report of a failure.</summary>
internal readonly record struct HttpCheckResult(HttpCheckOutcome Outcome, string Detail);
