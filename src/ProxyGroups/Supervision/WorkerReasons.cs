namespace ProxyGroups.Supervision;

/// <summary>The phrase for each <see cref="WorkerReason"/>, as logs and <c>status</c> show it.</summary>
internal static class WorkerReasons
{
    public static string ToPhrase(this WorkerReason reason) => reason switch
    {
        WorkerReason.Spawned => "spawned",
        WorkerReason.BecameReady => "became ready",
        WorkerReason.StartupTimeout => "was not ready in time",
        WorkerReason.StartFailed => "could not start",
        WorkerReason.ExitedUnexpectedly => "exited by itself",
        WorkerReason.SettingsChanged => "settings changed",
        WorkerReason.FilesChanged => "watched files changed",
        WorkerReason.RestartAsked => "a restart was asked for",
        WorkerReason.DrainAsked => "its drain was asked for",
        WorkerReason.RecycleAsked => "its recycling was asked for",
        WorkerReason.GroupRemoved => "its group was removed",
        WorkerReason.ScaledDown => "fewer workers are needed",
        WorkerReason.Idle => "idle",
        WorkerReason.Unresponsive => "gave no sign of life within Timeouts:Watchdog",
        WorkerReason.RequestDeadline => "a request exceeded its deadline",
        WorkerReason.FrontDoorStopping => "the front door stops",
        WorkerReason.Drained => "its last request ended",
        WorkerReason.DrainTimeout => "requests outlasted the drain timeout",
        WorkerReason.StopTimeout => "did not stop in time",
        WorkerReason.Stopped => "stopped as asked",
        WorkerReason.ResponseSilence => "a response fell silent within Timeouts:Silence",
        WorkerReason.MaxRequests => "has had its share of Recycle:MaxRequests",
        WorkerReason.MaxAge => "has reached Recycle:MaxAge",
        WorkerReason.WorkerMemory => "uses more than Recycle:WorkerMemory",
        WorkerReason.OutOfMemory => "was killed by the kernel because memory ran out",
        WorkerReason.StoppedListening => "does not listen any more: its socket is closed or removed",
        WorkerReason.MadeRoom => "made room for another group",
        WorkerReason.Refreshed => "a fresh generation shares more memory (Refresh)",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A reason without a phrase."),
    };
}
