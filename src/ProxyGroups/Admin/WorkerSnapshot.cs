using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>One worker at one moment; <paramref name="Memory"/> is what it uses alone (USS), in bytes, where that is known.</summary>
internal sealed record WorkerSnapshot(int Rank, int Generation, int Pid, WorkerState State, string Reason, int Busy, int Slots, long Requests, long? Memory)
{
    /// <summary>Null where anybody may read it.</summary>
    public WorkerDetail? Detail { get; init; }

    public static WorkerSnapshot Of(WorkerView worker, WorkerSlotsSnapshot slots) =>
        new(worker.Rank, worker.Generation, worker.Pid, worker.State, worker.Reason.ToString(), slots.Busy, slots.Capacity, slots.Granted, worker.Memory);
}
