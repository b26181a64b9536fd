namespace ProxyGroups.Groups;

/// <summary>What a process group is meant to do.</summary>
internal enum GroupPhase
{
    Running,

    /// <summary>Its workers drain and stop; no new one starts.</summary>
    Stopping,
}
