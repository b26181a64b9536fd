using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>One worker at one moment.</summary>
internal sealed record WorkerSnapshot(int Rank, int Generation, int Pid, WorkerState State, string Reason, int Busy, int Slots)
{
    public static WorkerSnapshot Of(WorkerView worker, (int Busy, int Capacity) slots) =>
        new(worker.Rank, worker.Generation, worker.Pid, worker.State, worker.Reason.ToString(), slots.Busy, slots.Capacity);
}
