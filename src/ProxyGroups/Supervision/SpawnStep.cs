namespace ProxyGroups.Supervision;

/// <summary>The journey of a start, in order.</summary>
internal enum SpawnStep
{
    Prepare,
    Launch,
    Notify,
    HttpCheck,

    /// <summary>It listens nowhere and has to stay for a while.</summary>
    Settle,

    /// <summary>It was ready, and did not stay.</summary>
    Serve,
}
