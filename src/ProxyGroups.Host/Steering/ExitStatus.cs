namespace ProxyGroups.Host.Steering;

/// <summary>How the worker that had this rank before ended.</summary>
internal sealed record ExitStatus(int Pid, int Generation, string Reason, string Exit, TimeSpan Ago);
