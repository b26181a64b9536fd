namespace ProxyGroups.Supervision;

/// <summary>Why a worker did not become ready: the step that failed, the cause, its last output, what to do.</summary>
internal sealed record SpawnFailure(SpawnStep Step, string Cause, IReadOnlyList<string> LastOutput, string Remedy, TimeSpan Elapsed)
{
    /// <summary>The last output as the end of a log line; empty if there was none.</summary>
    public string OutputForLog => LastOutput.Count is 0 ? "" : ". Last output:" + string.Concat(LastOutput.Select(static line => Environment.NewLine + "    " + line));
}
