namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a process that workers are forked from.</summary>
internal sealed record PreloaderStatus(int Pid, string State, int Generation, TimeSpan Uptime, IReadOnlyList<string> Imports, long? Memory, long? Pss);
