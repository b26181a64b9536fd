namespace ProxyGroups.Supervision;

/// <summary>Why a worker did not become ready: the step that failed, the cause, its last output, what to do.</summary>
internal sealed record SpawnFailure(SpawnStep Step, string Cause, IReadOnlyList<string> LastOutput, string Remedy, TimeSpan Elapsed);
