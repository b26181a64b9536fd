namespace ProxyGroups.Groups;

/// <summary>What a process group is meant to do.</summary>
internal enum GroupPhase
{
    Running,

    /// <summary>Stopped by command until it is started again: no worker runs, requests are refused.</summary>
    Stopped,

    /// <summary>It goes for good: its workers drain and stop; no new one starts.</summary>
    Stopping,
}
