namespace ProxyGroups.Supervision;

/// <summary>How far one worker's life has come; replaced whole, so that other threads read it without a lock.</summary>
internal sealed record SpawnStage(SpawnStep Reached, ILaunchedProcess? Process = null, OutputRelay? Relay = null, ReadinessProbe? Probe = null)
{
    /// <summary>Ready or failed was reported.</summary>
    public bool IsSettled { get; init; }

    public SpawnStep Step => Probe?.Step ?? Reached;
}
