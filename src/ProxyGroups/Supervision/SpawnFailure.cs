namespace ProxyGroups.Supervision;

/// <summary>Why a worker did not become ready: the step that failed, the cause, its last output, what to do.</summary>
internal sealed record SpawnFailure(SpawnStep Step, string Cause, IReadOnlyList<string> LastOutput, string Remedy, TimeSpan Elapsed)
{
    /// <summary>In one line, without what the program said: that may be long, and no log line of a request needs it again.</summary>
    public override string ToString() => $"step {Step}: {Cause.TrimEnd('.')}. Remedy: {Remedy.TrimEnd('.')}";

    /// <summary>The last output as the end of a log line; empty if there was none.</summary>
    public string OutputForLog => LastOutput.Count is 0 ? "" : ". Last output:" + string.Concat(LastOutput.Select(static line => Environment.NewLine + "    " + line));
}
