namespace ProxyGroups.Groups.Caps;

/// <summary>What a worker has of the room below the caps.</summary>
internal enum CapStage
{
    /// <summary>It is not started before there is room.</summary>
    Waiting,

    Held,

    /// <summary>It drains or stops: it still uses its room and is about to give it back.</summary>
    Leaving,
}
