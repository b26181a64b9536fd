using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>One worker at one moment; <paramref name="Memory"/> in bytes, where it is sampled.</summary>
internal sealed record WorkerSnapshot(int Rank, int Generation, int Pid, WorkerState State, string Reason, int Busy, int Slots, long Requests, long? Memory)
{
    public static WorkerSnapshot Of(WorkerView worker, WorkerSlotsSnapshot slots) =>
        new(worker.Rank, worker.Generation, worker.Pid, worker.State, worker.Reason.ToString(), slots.Busy, slots.Capacity, slots.Granted, worker.Memory);
}
