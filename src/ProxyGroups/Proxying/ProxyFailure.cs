namespace ProxyGroups.Proxying;

/// <summary>Why a request got no answer from its app; the closed list that <see cref="FailureTable"/> turns into an answer.</summary>
internal enum ProxyFailure
{
    QueueFull,
    WouldWaitTooLong,
    WaitedTooLong,
    BootTimedOut,
    GroupClosed,
    Maintenance,
    Disabled,
    ConnectFailed,
    WorkerDied,
    ClosedInHead,
    MalformedHead,
    HeadTooLarge,
    RequestDeadline,
    BodyTooLarge,
    ClientStalled,
    ClientBroken,
    ForwardingFailed,
}
