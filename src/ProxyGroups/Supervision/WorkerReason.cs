namespace ProxyGroups.Supervision;

/// <summary>The closed list of reasons for a change of state; shown in logs, metrics and status.</summary>
internal enum WorkerReason
{
    Spawned,
    BecameReady,
    StartupTimeout,
    StartFailed,
    ExitedUnexpectedly,
    SettingsChanged,
    FilesChanged,
    RestartAsked,
    DrainAsked,
    RecycleAsked,
    GroupRemoved,
    ScaledDown,
    Idle,
    Unresponsive,
    RequestDeadline,
    FrontDoorStopping,
    Drained,
    DrainTimeout,
    StopTimeout,
    Stopped,
    ResponseSilence,
    MaxRequests,
    MaxAge,
    WorkerMemory,
    OutOfMemory,
    MadeRoom,
    StoppedListening,
    Refreshed,
}
