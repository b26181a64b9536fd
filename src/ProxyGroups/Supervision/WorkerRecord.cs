namespace ProxyGroups.Supervision;

/// <summary>
/// What a later front door must know of a worker to find it again. Pid, start time and boot together name one process for
/// good: a pid alone may be somebody else's by then.
/// </summary>
internal sealed record WorkerRecord(int Id, int Pid, long StartTime, string BootId, string Group, int Rank, int Generation, string? Socket, string Mark);
