namespace ProxyGroups.Benchmarks.Kit;

internal sealed record WorkerState(int Pid, string State, int Generation, int Busy);
